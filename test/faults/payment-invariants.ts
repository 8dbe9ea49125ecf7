/** What payments pay for: orders of enterprises, and fees of sellers. */
const subjects = `
  (select id, enterprise_id as owner_id, state, state in ('stocked', 'closed') as paid, open_payment_id from purchases
   union all
   select id, seller_id, state, state in ('paid', 'expired'), open_payment_id from certification_fees)`;

/** What must never be found among payments, attempts, refunds and what was booked for them: any row is a fault. */
export const forbiddenInPayments: readonly string[] = [
  // A payment succeeds by one attempt that brought the whole amount, and its subject is delivered for it.
  `select format('%s is %s, settled by %s of %s paid %s, its subject %s', p.id, p.state, p.settled_by, p.amount_fen,
                 a.paid_fen, o.state) as fault
     from payments p
     left join payment_attempts a on a.channel_number = p.settled_by and a.payment_id = p.id
     left join ${subjects} o on o.id = p.subject_id
    where (p.state = 'succeeded') <> (a.state is not distinct from 'paid')
       or (p.state = 'succeeded' and (a.paid_fen <> p.amount_fen or o.paid is not true))`,

  `select format('subject %s has %s successful payments', subject_id, count(*)) as fault
     from payments where state = 'succeeded' group by subject_id having count(*) > 1`,

  // Money of the channel is delivered for exactly where a payment succeeded.
  `select format('%s: paid through the channel %s times, by %s payments', o.id, j.times, p.times) as fault
     from ${subjects} o
     cross join lateral (select count(*) as times from ledger_journals j
                           join ledger_lines l on l.journal_id = j.id
                           join ledger_accounts a on a.id = l.account_id and a.purpose = 'received'
                          where j.source = o.id and j.kind in ('purchase_payment', 'fee_payment')) j
     cross join lateral (select count(*) as times from payments
                          where subject_id = o.id and state = 'succeeded') p
    where j.times <> p.times`,

  `select format('attempt %s is %s with %s, booked %s times %s', a.channel_number, a.state, a.paid_fen, j.times, j.fen)
       as fault
     from payment_attempts a
     cross join lateral (select count(*) as times, coalesce(sum(l.amount), 0) as fen from ledger_journals j
                           join ledger_lines l on l.journal_id = j.id
                           join ledger_accounts c on c.id = l.account_id and c.purpose = 'received'
                          where j.source = a.channel_number and j.kind = 'channel_receipt') j
    where j.times <> (a.state = 'paid')::integer or j.fen <> coalesce(a.paid_fen, 0)`,

  `select format('refund %s is %s of %s, booked %s times %s', r.refund_number, r.state, r.amount_fen, j.times, j.fen)
       as fault
     from payment_refunds r
     cross join lateral (select count(*) as times, coalesce(sum(l.amount), 0) as fen from ledger_journals j
                           join ledger_lines l on l.journal_id = j.id
                           join ledger_accounts c on c.id = l.account_id and c.purpose = 'wechat_pay'
                          where j.source = r.refund_number and j.kind = 'channel_refund') j
    where j.times <> (r.state = 'succeeded')::integer
       or j.fen <> case when r.state = 'succeeded' then r.amount_fen else 0 end`,

  `select format('attempt %s: %s promised back, refunds say %s of %s', a.channel_number, a.returned_fen, r.fen,
                 a.paid_fen) as fault
     from payment_attempts a
     cross join lateral (select coalesce(sum(amount_fen), 0) as fen from payment_refunds
                          where channel_number = a.channel_number and state <> 'closed') r
    where a.returned_fen <> r.fen`,

  // What nothing was delivered for is on its way back, or a person is asked.
  `select format('%s of attempt %s lie with nobody', a.paid_fen - a.returned_fen, a.channel_number) as fault
     from payment_attempts a join payments p on p.id = a.payment_id
     join process_cases c on c.subject_id = p.id
    where a.paid_fen > a.returned_fen and p.settled_by is distinct from a.channel_number
      and c.whose_turn <> 'operator'`,

  `select format('tenant %s: %s held of the channel''s money, attempts and refunds say %s',
                 coalesce(a.enterprise_id, a.seller_id), b.posted, coalesce(s.fen, 0)) as fault
     from ledger_accounts a join ledger_balances b on b.account_id = a.id
     left join (select coalesce(p.enterprise_id, p.seller_id) as owner_id, sum(t.paid_fen - coalesce(r.fen, 0)) as fen
                  from payment_attempts t join payments p on p.id = t.payment_id
                  left join (select channel_number, sum(amount_fen) as fen from payment_refunds
                              where state = 'succeeded' group by 1) r using (channel_number)
                 where t.paid_fen is not null and p.settled_by is distinct from t.channel_number
                 group by 1) s on s.owner_id = coalesce(a.enterprise_id, a.seller_id)
    where a.purpose = 'received' and b.posted <> coalesce(s.fen, 0)`,

  // A payment is booked to whose its subject is.
  `select format('%s is of %s, its subject of %s', p.id, coalesce(p.enterprise_id, p.seller_id), o.owner_id) as fault
     from payments p left join ${subjects} o on o.id = p.subject_id
    where o.owner_id is distinct from coalesce(p.enterprise_id, p.seller_id)`,

  // A payment that may still succeed is the one its subject waits for, and no other is.
  `select format('%s is %s (%s), its subject %s waits for %s', p.id, p.state, p.exception, o.state, o.open_payment_id)
       as fault
     from payments p left join ${subjects} o on o.id = p.subject_id
    where (p.exception is null and p.state in ('created', 'awaiting_payer', 'processing'))
          <> (o.open_payment_id is not distinct from p.id)`,

  `select format('payment %s is %s, its case %s (%s)', p.id, p.state, c.stage, c.state) as fault
     from payments p left join process_cases c on c.kind = 'payment' and c.subject_id = p.id
    where c.id is null or c.stage <> p.state
       or (c.closed_at is not null and p.state in ('created', 'awaiting_payer', 'processing', 'refunding'))`,

  // What the channel said wrongly is set apart for good; it was asked, and its own answer counts.
  `select format('report %s of %s is %s', event, number, state) as fault
     from payment_inbox where state = 'quarantined' and problem not like 'FOREIGN:%' and problem <> 'OTHER_AMOUNT'`,
];

/** Every attempt, refund and report comes to its end within its time; what is late by more than this is a fault. */
export const overdueInPayments = `
  select format('attempt %s is %s, %s', channel_number, a.state, coalesce(failure_code, 'without trouble')) as fault
    from payment_attempts a join payments p on p.id = a.payment_id
   where a.state in ('created', 'open', 'refused')
     and (a.expires_at < now() - interval '5 seconds' or p.close_asked_at < now() - interval '5 seconds'
          or p.state not in ('created', 'awaiting_payer', 'processing')
          or coalesce(a.next_at, a.created_at) < now() - interval '5 seconds')
  union all
  select format('payment %s is %s after its time', id, state) from payments
   where exception is null and state in ('created', 'awaiting_payer', 'processing')
     and expires_at < now() - interval '5 seconds'
  union all
  select format('refund %s is %s, %s', refund_number, state, coalesce(failure_code, 'without trouble'))
    from payment_refunds where state in ('created', 'processing', 'abnormal')
  union all
  select format('report %s of %s is %s', event, number, state) from payment_inbox where state in ('waiting', 'told')
  union all
  select format('order %s waits for its payment to be closed', id) from purchases where closing_act is not null`;
