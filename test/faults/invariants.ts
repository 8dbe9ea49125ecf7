import { rows, type Db } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { isRunning } from '../../temporal/run-health';
import { reloadSignalName } from '../../workflows/shared/messages';
import { differencesOfBooks } from './books';
import { forbiddenInPayments, overdueInPayments } from './payment-invariants';
import { forbiddenInStock } from './stock-invariants';
import { faultsOfSellers, lateInSellers } from './seller-invariants';
import { until } from './until';
import type { World } from './world';

/** Each asks for what must not be there: any row is a fault, told in words. */
const forbidden: readonly string[] = [
  // What was topped up or received by a channel is delivered for, given back, or still there.
  `select format('enterprise %s: %s came in, %s delivered for, %s given back, %s left', e.id, m.came_in, m.delivered,
                 m.returned, m.held) as fault
     from enterprises e
     cross join lateral (
       select coalesce(sum(-posted) filter (where a.purpose = 'funding'), 0) + coalesce((select sum(amount)
                from ledger_lines l join ledger_journals j on j.id = l.journal_id
                where l.account_id = 'received:' || e.id and j.kind = 'channel_receipt'), 0) as came_in,
              coalesce(sum(posted) filter (where a.purpose = 'spent'), 0) as delivered,
              coalesce((select sum(-amount) from ledger_lines l join ledger_journals j on j.id = l.journal_id
                where l.account_id = 'received:' || e.id and j.kind = 'channel_refund'), 0) as returned,
              coalesce(sum(posted) filter (where a.purpose in ('balance', 'received')), 0) as held
         from ledger_accounts a join ledger_balances b on b.account_id = a.id where a.enterprise_id = e.id) m
    where m.came_in <> m.delivered + m.returned + m.held`,

  // What a seller paid is a fee, given back, or still there.
  `select format('seller %s: %s came in, %s for fees, %s given back, %s left', s.id, m.came_in, m.earned, m.returned,
                 m.held) as fault
     from sellers s
     cross join lateral (
       select coalesce(sum(l.amount) filter (where j.kind = 'channel_receipt'), 0) as came_in,
              coalesce(sum(-l.amount) filter (where j.kind = 'fee_payment'), 0) as earned,
              coalesce(sum(-l.amount) filter (where j.kind = 'channel_refund'), 0) as returned,
              coalesce((select posted from ledger_balances where account_id = 'received:' || s.id), 0) as held
         from ledger_lines l join ledger_journals j on j.id = l.journal_id
        where l.account_id = 'received:' || s.id) m
    where m.came_in <> m.earned + m.returned + m.held`,

  // A fee is earned once where it is paid and not waived, at its price, and nowhere else.
  `select format('fee %s is %s of %s, earned %s times %s', f.id, f.state, f.amount_fen, j.times, j.fen) as fault
     from certification_fees f
     cross join lateral (
       select count(*) as times, coalesce(sum(l.amount), 0) as fen
         from ledger_journals j join ledger_lines l on l.journal_id = j.id and l.account_id = 'spent:' || f.seller_id
        where j.source = f.id) j
    where j.times <> (f.state in ('paid', 'expired') and f.waived_at is null)::integer
       or (j.times = 1 and j.fen <> f.amount_fen)`,

  `select format('fee %s is %s, its case %s (%s)', f.id, f.state, c.stage, c.state) as fault
     from certification_fees f left join process_cases c on c.kind = 'certification_fee' and c.subject_id = f.id
    where c.id is null or c.stage <> f.state or (c.closed_at is null) <> (f.state <> 'expired')
       or c.due_at is distinct from f.due_at`,

  // The years of a seller follow each other: none begins before the one before has ended.
  `select format('fee %s of %s begins at %s, before %s', id, seller_id, valid_from, ended) as fault
     from (select id, seller_id, valid_from, lag(valid_until) over (partition by seller_id order by year) as ended
             from certification_fees) chain
    where valid_from < ended`,

  `select format('%s is %s but stocked %s times and paid %s times', p.id, p.state, c.times, j.times) as fault
     from purchases p
     cross join lateral (select count(*) as times, coalesce(sum(total), 0) as total from commodities
                          where purchase_id = p.id) c
     cross join lateral (select count(*) as times from ledger_journals where source = p.id) j
    where case when p.state in ('stocked', 'closed') then c.times <> 1 or j.times <> 1 or c.total <> p.quantity
               else c.times <> 0 or j.times <> 0 end`,

  `select format('%s was paid %s instead of %s', p.id, l.amount, p.total_fen) as fault
     from purchases p join ledger_journals j on j.source = p.id and j.kind = 'purchase_payment'
     join ledger_lines l on l.journal_id = j.id join ledger_accounts a on a.id = l.account_id and a.purpose = 'spent'
    where l.amount <> p.total_fen`,

  `select format('purchase %s is %s, its case %s (%s)', p.id, p.state, c.stage, c.state) as fault
     from purchases p left join process_cases c on c.kind = 'purchase' and c.subject_id = p.id
    where c.id is null or c.stage <> p.state
       or (c.closed_at is null) <> (p.state in ('awaiting_payment', 'paid', 'stocked'))`,

  `select format('case %s stands at %s, its events end at %s', c.id, c.stage, coalesce(last.to_state, 'nothing')) as fault
     from process_cases c
     left join lateral (select to_state from case_events where case_id = c.id order by id desc limit 1) last on true
    where last.to_state is distinct from c.stage`,

  `select format('events of %s do not join: %s after %s', case_id, from_state, before) as fault
     from (select case_id, from_state, lag(to_state) over (partition by case_id order by id) as before
             from case_events) chain
    where from_state is distinct from before`,

  // A draft that is edited stays where it is; a payer may be refused again and again, late money come twice, a fee be
  // paid for again when nobody has, a channel change its mind, a review be put back.
  `select format('case %s came to %s %s times', case_id, to_state, count(*)) as fault
     from case_events e join process_cases c on c.id = e.case_id
    where from_state is distinct from to_state
      and (c.kind not in ('payment', 'certification_fee', 'merchant_id', 'review')
           or to_state in ('succeeded', 'cancelled', 'paid', 'expired', 'decided', 'withdrawn'))
    group by case_id, to_state having count(*) > 1`,

  `select format('order %s has %s claims', p.id, count(c.id)) as fault
     from purchases p left join commands c on c.resource_id = p.id and c.route = 'POST /v1/purchases'
                                          and c.effect_at is not null
    group by p.id having count(c.id) <> 1`,
];

/** Every fault of the rows, of every case so far. */
export async function faultsOfRows(db: Db): Promise<string[]> {
  const ledger = await verifyLedger(db);
  const found = ledger.map(({ subject, problem }) => `ledger ${subject}: ${problem}`);
  // One after another: within a transaction there is only one connection.
  for (const sql of [...forbidden, ...forbiddenInStock, ...forbiddenInPayments])
    found.push(...(await rows<{ fault: string }>(db, sql)).map(({ fault }) => fault));
  return found;
}

/** Open cases without a run, and runs that go on although their case is closed. */
async function faultsOfRuns(world: World): Promise<string[]> {
  const cases = await rows<{ workflowId: string; open: boolean }>(
    world.db,
    // A seller's cases stay open for good: those that nothing happens to were looked at before.
    `select workflow_id as "workflowId", closed_at is null as open from process_cases
      where (closed_at is null and (seller_id is null or updated_at > now() - interval '5 minutes'))
         or closed_at > now() - interval '1 minute'`,
  );
  const faults = await Promise.all(
    cases.map(async ({ workflowId, open }) => {
      const running = await isRunning(world.temporal, workflowId);
      if (open && !running) return `${workflowId} is open but has no run`;
      if (open || !running) return undefined;
      const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
      return `${workflowId} is closed but its run goes on: ${(events ?? []).map((event) => event.eventType).join(' ')}`;
    }),
  );
  return faults.filter((fault) => fault !== undefined);
}

/**
 * A run may miss that its case was closed: its worker died between commit and report, and whoever could have told it
 * died too. Its clock ends it some day; here it is told now, and must end. Returns how many there were.
 */
export async function wakeStragglers(world: World): Promise<number> {
  const closed = await rows<{ workflowId: string }>(
    world.db,
    `select workflow_id as "workflowId" from process_cases where closed_at is not null`,
  );
  let count = 0;
  for (const { workflowId } of closed) {
    if (!(await isRunning(world.temporal, workflowId))) continue;
    count += 1;
    await world.temporal.workflow.getHandle(workflowId).signal(reloadSignalName);
    await until(`${workflowId} ends once it is told`, async () => !(await isRunning(world.temporal, workflowId)));
  }
  return count;
}

async function casesStuck(db: Db): Promise<string[]> {
  const sql = `select format('%s is stuck: %s', id, stuck_code) as fault from process_cases where stuck_code is not null`;
  return (await rows<{ fault: string }>(db, sql)).map(({ fault }) => fault);
}

/** What must hold after every case, whatever died. Runs may need a moment to follow their rows. */
export async function expectEverythingSound(world: World): Promise<void> {
  expect(await faultsOfRows(world.db)).toEqual([]);
  expect(await faultsOfSellers(world.db)).toEqual([]);
  let faults: readonly string[] = [];
  await until('runs and rows agree', async () => {
    faults = [...(await faultsOfRuns(world)), ...(await casesStuck(world.db)), ...(await faultsOfPayments(world))];
    faults = [...faults, ...(await lateInSellers(world))];
    return faults.length === 0;
  }).catch(() => undefined);
  // A few tell enough.
  expect(faults.slice(0, 10)).toEqual([]);
}

/** Once it is quiet nothing is late, and the channel's books are ours. */
export async function faultsOfPayments(world: World): Promise<string[]> {
  const late = await rows<{ fault: string }>(world.db, overdueInPayments);
  return [...late.map(({ fault }) => fault), ...(await differencesOfBooks(world))];
}
