/** What must never be found among commodities, allocations and sub-stocks: any row is a fault, told in words. */
export const forbiddenInStock: readonly string[] = [
  `select format('commodity %s: total %s, movements say %s', c.id, c.total, coalesce(m.sum, 0)) as fault
     from commodities c
     left join (select commodity_id, sum(quantity) as sum from stock_movements where sub_stock_id is null group by 1) m
            on m.commodity_id = c.id
    where c.total <> coalesce(m.sum, 0)`,

  `select format('commodity %s: allocated %s, movements say %s, sub-stocks have %s',
                 c.id, c.allocated, coalesce(m.sum, 0), coalesce(s.sum, 0)) as fault
     from commodities c
     left join (select commodity_id, sum(quantity) as sum from stock_movements where sub_stock_id is not null group by 1) m
            on m.commodity_id = c.id
     left join (select commodity_id, sum(allocated) as sum from sub_stocks group by 1) s on s.commodity_id = c.id
    where c.allocated <> coalesce(m.sum, 0) or c.allocated <> coalesce(s.sum, 0)`,

  `select format('commodity %s: held %s, proposals hold %s', c.id, c.held, coalesce(a.sum, 0)) as fault
     from commodities c
     left join (select commodity_id, sum(quantity) as sum from stock_allocations
                 where state = 'awaiting_confirmation' group by 1) a on a.commodity_id = c.id
    where c.held <> coalesce(a.sum, 0)`,

  `select format('sub-stock %s: allocated %s, movements say %s', s.id, s.allocated, coalesce(m.sum, 0)) as fault
     from sub_stocks s
     left join (select sub_stock_id, sum(quantity) as sum from stock_movements group by 1) m on m.sub_stock_id = s.id
    where s.allocated <> coalesce(m.sum, 0)`,

  `select format('allocation %s is %s but has %s sub-stocks', a.id, a.state, count(s.id)) as fault
     from stock_allocations a left join sub_stocks s on s.allocation_id = a.id
    group by a.id having count(s.id) <> (a.state = 'confirmed')::integer`,

  `select format('allocation %s is %s, its case %s (%s)', a.id, a.state, c.stage, c.state) as fault
     from stock_allocations a left join process_cases c on c.kind = 'stock_allocation' and c.subject_id = a.id
    where c.id is null or c.stage <> a.state or (c.closed_at is null) <> (a.state = 'awaiting_confirmation')`,

  // What is in stock goes online and offline without its case.
  `select format('commodity %s is %s, its case %s (%s)', o.id, o.state, c.stage, c.state) as fault
     from commodities o left join process_cases c on c.kind = 'commodity_add' and c.subject_id = o.id
    where o.source = 'own'
      and (c.id is null or (c.closed_at is null) <> (o.state = 'draft') or (o.state = 'draft' and c.stage <> 'draft'))`,

  `select format('%s has %s claims', s.id, count(c.id)) as fault
     from (select id, 'POST /v1/stock-allocations' as route from stock_allocations
           union all select id, 'POST /v1/commodities' from commodities where source = 'own') s
     left join commands c on c.resource_id = s.id and c.route = s.route and c.effect_at is not null
    group by s.id having count(c.id) <> 1`,

  `select format('cdk %s has %s codes for %s pieces', o.id, count(k.id), o.total) as fault
     from commodities o left join commodity_codes k on k.commodity_id = o.id
    where o.category = 'cdk' and o.source = 'own' group by o.id having count(k.id) < o.total`,
];
