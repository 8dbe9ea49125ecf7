import { purchaseStanding } from '../../domain/purchase/states';
import { processIdOf } from '../../domain/shared/ids';
import { caseById, caseEvents } from '../../db/case/queries';
import { recordOpening, recordTransition, type Transition } from '../../db/case/record-transition';
import { clearStuck, markStuck, recordAudit } from '../../db/case/repository';
import { rows, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
});
afterAll(() => base.drop());

const by = { actor: 'acc_somebody', requestId: 'request-1' };

async function open(): Promise<string> {
  const subjectId = newId('purchase');
  await base.inTrx((trx) =>
    recordOpening(trx, {
      kind: 'purchase',
      subjectId,
      workflowId: `purchase:${subjectId}`,
      enterpriseId: base.enterpriseId,
      title: '优惠券 × 1',
      stage: 'awaiting_payment',
      standing: purchaseStanding.awaiting_payment,
      dueAt: new Date('2030-01-01T00:00:00Z'),
      by,
    }),
  );
  return subjectId;
}

function cancel(subjectId: string, more: Partial<Transition> = {}): Promise<void> {
  return base.inTrx((trx) =>
    recordTransition(trx, {
      kind: 'purchase',
      subjectId,
      act: 'cancel',
      from: 'awaiting_payment',
      to: 'cancelled',
      standing: purchaseStanding.cancelled,
      dueAt: null,
      by: { ...by, reason: 'no longer needed' },
      ...more,
    }),
  );
}

const auditOf = (subjectId: string) =>
  rows(
    base.db,
    `select actor, action, reason, request_id as "requestId", enterprise_id as "enterpriseId"
       from audit_log where subject_id = :subjectId order by id`,
    { subjectId },
  );

describe('a case', () => {
  it('opens with its row, its first event and an audit row', async () => {
    const id = await open();
    expect(await caseById(base.db, processIdOf(id))).toMatchObject({
      subjectId: id,
      state: 'open',
      stage: 'awaiting_payment',
      whoseTurn: 'manager',
      dueAt: new Date('2030-01-01T00:00:00Z'),
      closedAt: null,
    });
    const { enterpriseId } = base;
    expect(await auditOf(id)).toEqual([
      { actor: by.actor, action: 'purchase.open', reason: null, requestId: by.requestId, enterpriseId },
    ]);
  });

  it('moves with an event and an audit row, and is closed when it is over', async () => {
    const id = await open();
    await cancel(id);
    const row = await caseById(base.db, processIdOf(id));
    expect(row).toMatchObject({ state: 'cancelled', stage: 'cancelled', whoseTurn: 'nobody', dueAt: null });
    expect(row?.closedAt).toBeInstanceOf(Date);
    const events = await caseEvents(base.db, processIdOf(id));
    expect(events.map(({ act, from, to, actor }) => ({ act, from, to, actor }))).toEqual([
      { act: 'open', from: null, to: 'awaiting_payment', actor: by.actor },
      { act: 'cancel', from: 'awaiting_payment', to: 'cancelled', actor: by.actor },
    ]);
    expect(await auditOf(id)).toMatchObject([
      { action: 'purchase.open' },
      { action: 'purchase.cancel', reason: 'no longer needed', requestId: by.requestId },
    ]);
  });

  it('that stands elsewhere does not move, and the change does not commit', async () => {
    const id = await open();
    await expect(cancel(id, { from: 'stocked' })).rejects.toThrow('does not stand at stocked');
    expect(await caseEvents(base.db, processIdOf(id))).toHaveLength(1);
    expect(await auditOf(id)).toHaveLength(1);
    await expect(cancel(newId('purchase'))).rejects.toThrow('does not stand');
  });

  it('moves once when ten move it at the same time', async () => {
    const id = await open();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => cancel(id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await caseEvents(base.db, processIdOf(id))).toHaveLength(2);
  });

  it('is one per subject and per workflow, by constraint', async () => {
    const id = await open();
    const again = (set: string) =>
      failureOf(
        run(
          base.db,
          `insert into process_cases (id, kind, subject_id, workflow_id, title, state, stage, whose_turn)
           select 'prc_other', kind, subject_id, workflow_id, title, state, stage, whose_turn
             from (select kind, ${set}, title, state, stage, whose_turn from process_cases where subject_id = :id) c`,
          { id },
        ),
      );
    expect(await again("subject_id, 'other' as workflow_id")).toMatchObject({
      constraint: 'process_cases_one_per_subject',
    });
    expect(await again("'other' as subject_id, workflow_id")).toMatchObject({ code: '23505' });
  });

  it('is closed with a time, open or lost without one, and nobody’s turn when it is over, by constraint', async () => {
    const id = await open();
    const set = (assignments: string) =>
      failureOf(run(base.db, `update process_cases set ${assignments} where subject_id = :id`, { id }));
    expect(await set(`state = 'expired', whose_turn = 'nobody'`)).toMatchObject({ constraint: 'process_cases_closed' });
    expect(await set(`state = 'expired', closed_at = now()`)).toMatchObject({
      constraint: 'process_cases_closed_is_nobodys_turn',
    });
    expect(await set(`state = 'lost', lost_at = now()`)).toMatchObject({ constraint: 'process_cases_lost_says_why' });
    const lost = `state = 'lost', lost_at = now(), lost_why = 'missing'`;
    expect(await set(`${lost}, closed_at = now()`)).toMatchObject({ constraint: 'process_cases_closed' });
  });
});

describe('a stuck case', () => {
  const stuck = async (id: string) => {
    const row = await caseById(base.db, processIdOf(id));
    return { code: row?.stuckCode, since: row?.stuckSince?.getTime() };
  };

  it('keeps the first moment and the newest code until it is cleared', async () => {
    const id = await open();
    await markStuck(base.db, `purchase:${id}`, 'DB_23514');
    const first = await stuck(id);
    expect(first.code).toBe('DB_23514');
    await markStuck(base.db, `purchase:${id}`, 'RUN_MISSING');
    expect(await stuck(id)).toEqual({ code: 'RUN_MISSING', since: first.since });
    await clearStuck(base.db, `purchase:${id}`);
    expect(await stuck(id)).toEqual({ code: null, since: undefined });
  });

  it('is stuck no more when it moves, and a closed one cannot be stuck', async () => {
    const id = await open();
    await markStuck(base.db, `purchase:${id}`, 'RUN_MISSING');
    await cancel(id);
    expect((await stuck(id)).code).toBeNull();
    await markStuck(base.db, `purchase:${id}`, 'RUN_MISSING');
    expect((await stuck(id)).code).toBeNull();
  });
});

it('an audit row of its own says who, what and why', async () => {
  const subjectId = newId('enterprise');
  await base.inTrx((trx) =>
    recordAudit(trx, { action: 'enterprise.add', subjectId, enterpriseId: null, by: { ...by, reason: 'why' } }),
  );
  expect(await auditOf(subjectId)).toEqual([
    { actor: by.actor, action: 'enterprise.add', reason: 'why', requestId: by.requestId, enterpriseId: null },
  ]);
});
