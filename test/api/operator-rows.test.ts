import { firstRow, rows, run } from '../../db/connection';
import { processKinds, type ProcessKind } from '../../domain/case/states';
import { merchantStates } from '../../domain/merchant/states';
import { operatorCommandNames, possibleCommands, type OperatorCommandName } from '../../domain/operations/commands';
import { paymentStates } from '../../domain/payment/states';
import { purchaseStates } from '../../domain/purchase/states';
import { reviewStates } from '../../domain/review/states';
import { feeStates } from '../../domain/seller/fee-states';
import { onboardingStages } from '../../domain/seller/onboarding-states';
import { allocationStates } from '../../domain/stock/allocation-states';
import { commodityStates } from '../../domain/stock/states';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { accountIdOf, formSubjects } from '../support/reviews';
import { steeredCases, type SteeredCases } from '../support/steered-cases';

const stages: Readonly<Record<ProcessKind, readonly string[]>> = {
  purchase: purchaseStates,
  payment: paymentStates,
  commodity_add: commodityStates,
  stock_allocation: allocationStates,
  seller_onboarding: onboardingStages,
  certification_fee: feeStates,
  merchant_id: merchantStates,
  review: reviewStates,
};

const reason = '按客户要求处理';
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('commands upon the rows of cases that have no runs', () => {
  let mallflow: Installation;
  let operator: HttpClient;
  let operatorId: string;
  let reviewerId: string;
  let cases: SteeredCases;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false, reviewSubjects: formSubjects });
    operator = await mallflow.as('operator@demo');
    operatorId = await accountIdOf(operator);
    reviewerId = await accountIdOf(await mallflow.as('reviewer@demo'));
    cases = await steeredCases(mallflow);
  });
  afterAll(() => mallflow.stop());

  const bodyOf = (command: OperatorCommandName): Readonly<Record<string, unknown>> => ({
    ...{ command, reason },
    ...(command === 'extend_deadline' ? { until: inHours(24 * 30) } : {}),
    ...(command === 'reassign' ? { accountId: reviewerId } : {}),
    ...(command === 'force_decision' ? { outcome: 'approve' } : {}),
  });
  const give = (kind: ProcessKind, body: Readonly<Record<string, unknown>>): Promise<Reply> =>
    operator.post(`/v1/processes/${cases.of[kind].processId}/commands`, body);
  const detail = async (kind: ProcessKind): Promise<Body> =>
    (await operator.get(`/v1/processes/${cases.of[kind].processId}`)).body;
  const auditOf = async (kind: ProcessKind): Promise<readonly string[]> =>
    (
      await rows<{ action: string }>(
        mallflow.database.db,
        `select action from audit_log where subject_id = :id and actor = :operatorId and reason = :reason order by id`,
        { id: cases.of[kind].subjectId, operatorId, reason },
      )
    ).map(({ action }) => action);

  describe.each(processKinds)('%s', (kind) => {
    it('refuses at every stage what is not possible there, and says what is', async () => {
      const { owner, db } = mallflow.database;
      const { processId } = cases.of[kind];
      const sql = `select kind, state, stage, whose_turn as "whoseTurn", due_at as "dueAt", closed_at as "closedAt"
                     from process_cases where id = :processId`;
      const before = await firstRow<Body>(db, sql, { processId });
      const put = (at: Body) =>
        run(
          owner,
          `update process_cases set state = :state, stage = :stage, whose_turn = :whoseTurn, due_at = :dueAt,
                  closed_at = :closedAt, lost_at = case when :state = 'lost' then now() end,
                  lost_why = case when :state = 'lost' then 'missing' end where id = :processId`,
          { ...at, processId },
        );
      for (const [nth, stage] of stages[kind].entries())
        for (const state of nth === 0 ? (['open', 'lost', 'completed'] as const) : (['open'] as const)) {
          const turn = state === 'completed' ? 'nobody' : (before.whoseTurn as string);
          const row = { ...before, stage, state, whoseTurn: turn, closedAt: state === 'completed' ? new Date() : null };
          await put(row);
          const possible = possibleCommands(row);
          expect((await detail(kind)).actions).toEqual(possible);
          for (const command of operatorCommandNames.filter((name) => !possible.includes(name))) {
            const { status, body } = await give(kind, { ...bodyOf(command), preview: true });
            const code = stage === 'paying' && command === 'waive_fee' ? 'PAYMENT_IN_PROGRESS' : 'WRONG_STATE';
            expect([stage, state, command, status, body.code, body.allowed]).toEqual([
              stage,
              state,
              command,
              409,
              code,
              possible,
            ]);
          }
        }
      await put(before);
    });
  });

  it('every command that is possible is previewed, and leaves nothing behind', async () => {
    for (const kind of processKinds) {
      const before = await detail(kind);
      expect(before.actions.length).toBeGreaterThan(1);
      for (const command of (before.actions as OperatorCommandName[]).filter((name) => name !== 'resume')) {
        const { status, body } = await give(kind, { ...bodyOf(command), preview: true });
        const told = [kind, command, status, body.code ?? body.command];
        // What a case takes back by itself is not taken out of review by hand.
        if (kind === 'review' && command === 'cancel') expect(told).toEqual([kind, command, 409, 'WRONG_STATE']);
        else expect(told).toEqual([kind, command, 200, command]);
      }
      expect(await detail(kind)).toEqual(before);
      expect(await auditOf(kind)).toEqual([]);
    }
    expect(await rows(mallflow.database.db, 'select id from approvals')).toEqual([]);
  });

  it.each([
    ['purchase', 'select expires_at as at from purchases where id = :id'],
    ['commodity_add', 'select draft_expires_at as at from commodities where id = :id'],
    ['stock_allocation', 'select expires_at as at from stock_allocations where id = :id'],
    [
      'seller_onboarding',
      `select v.due_at as at from enterprise_verifications v join seller_onboardings o on o.verification_id = v.id
        where o.id = :id`,
    ],
    ['merchant_id', 'select verification_deadline as at from merchant_applications where id = :id'],
    ['review', 'select due_at as at from reviews where id = :id'],
  ] as const)('the deadline of a %s moves in its row and its case, ahead alone and in bounds', async (kind, sql) => {
    const until = inHours(24 * 40);
    for (const [at, code] of [
      [inHours(-1), 'TIME_PAST'],
      [inHours(24 * 400), 'DEADLINE_TOO_FAR'],
    ] as const) {
      const refused = await give(kind, { command: 'extend_deadline', reason, until: at });
      expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([422, code, '/until']);
    }
    const done = await give(kind, { command: 'extend_deadline', reason, until });
    expect([done.status, done.body.code]).toEqual([200, undefined]);
    const { at } = (await firstRow<{ at: Date }>(mallflow.database.db, sql, { id: cases.of[kind].subjectId }))!;
    expect(at.toISOString()).toBe(until);
    // A draft is due to be reminded of, ten minutes before its end.
    const ahead = kind === 'commodity_add' ? 600_000 : 0;
    expect(new Date(done.body.dueAt as string).getTime()).toBe(new Date(until).getTime() - ahead);
    const back = await give(kind, { command: 'extend_deadline', reason, until: inHours(24 * 20) });
    expect([back.status, back.body.code]).toEqual([422, 'TIME_PAST']);
    expect(await auditOf(kind)).toEqual([`${kind}.extend_deadline`]);
  });

  it('where a case is behind its subject, the subject’s row is what counts', async () => {
    const { owner } = mallflow.database;
    const id = cases.of.seller_onboarding.subjectId;
    const proof = (to: string) =>
      run(
        owner,
        `update enterprise_verifications set proof = :to
          where id = (select verification_id from seller_onboardings where id = :id)`,
        { id, to },
      );
    await proof('pending');
    const until = inHours(24 * 60);
    const refused = await give('seller_onboarding', { command: 'extend_deadline', reason, until });
    expect([refused.status, refused.body.code]).toEqual([409, 'WRONG_STATE']);
    await proof('begun');
    const stage = (to: string, at: string) =>
      run(owner, `update seller_onboardings set stage = :to, information_accepted_at = ${at} where id = :id`, {
        id,
        to,
      });
    await stage('complete', 'now()');
    const finished = await give('seller_onboarding', { command: 'resend', reason });
    expect([finished.status, finished.body.code]).toEqual([409, 'WRONG_STATE']);
    await stage('enterprise_verification', 'null');
  });

  it.each([
    [
      'payment',
      `update payment_attempts set next_at = now() + interval '1 day' where payment_id = :id`,
      `select next_at as at from payment_attempts where payment_id = :id`,
    ],
    [
      'merchant_id',
      `update merchant_applications set next_at = now() + interval '1 day' where id = :id`,
      `select next_at as at from merchant_applications where id = :id`,
    ],
    [
      'seller_onboarding',
      `update enterprise_verifications set proof_next_at = now() + interval '1 day' where id =
        (select verification_id from seller_onboardings where id = :id)`,
      `select proof_next_at as at from enterprise_verifications where id =
        (select verification_id from seller_onboardings where id = :id)`,
    ],
  ] as const)('what a %s waits to try again is due now', async (kind, wait, sql) => {
    const { db, owner } = mallflow.database;
    const id = cases.of[kind].subjectId;
    await run(owner, wait, { id });
    expect((await give(kind, { command: 'retry_now', reason })).status).toBe(200);
    expect((await firstRow<{ at: Date }>(db, sql, { id }))!.at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    expect((await auditOf(kind)).at(-1)).toBe(`${kind}.retry_now`);
  });

  it('whoever is awaited is told once more, each time anew, and the clock’s reminders count on', async () => {
    const told = async () =>
      (await cases.seller.get('/v1/notices')).body.items.filter((one: Body) => one.kind === 'onboarding_waits').length;
    const preview = await give('seller_onboarding', { command: 'resend', reason, preview: true });
    expect(preview.body.tells).toEqual([
      {
        accountId: await accountIdOf(cases.seller),
        kind: 'onboarding_waits',
        subject: 'Your onboarding waits for you',
      },
    ]);
    expect(await told()).toBe(0);
    const once = { key: 'remind-once' };
    const path = `/v1/processes/${cases.of.seller_onboarding.processId}/commands`;
    for (let times = 0; times < 2; times += 1)
      expect((await operator.post(path, { command: 'resend', reason }, once)).status).toBe(200);
    expect(await told()).toBe(1);
    expect((await give('seller_onboarding', { command: 'resend', reason })).status).toBe(200);
    expect(await told()).toBe(2);
    const sql = 'select reminders_sent as sent from seller_onboardings where id = :id';
    const { sent } = (await firstRow<{ sent: number }>(mallflow.database.db, sql, {
      id: cases.of.seller_onboarding.subjectId,
    }))!;
    expect(sent).toBe(0);
  });

  it('a review is given to a reviewer, and to nobody else', async () => {
    const refused = await give('review', { command: 'reassign', reason, accountId: operatorId });
    expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([
      422,
      'REFERENCE_NOT_FOUND',
      '/accountId',
    ]);
    const done = await give('review', { command: 'reassign', reason, accountId: reviewerId });
    expect([done.status, done.body.stage]).toEqual([200, 'claimed']);
    expect(done.body.timeline.at(-1)).toMatchObject({ actor: operatorId, from: 'waiting', to: 'claimed' });
    expect(done.body.timeline.at(-1).text).toContain('another reviewer, 审核员');
    expect((await give('review', { command: 'resend', reason })).status).toBe(200);
  });

  it.each([
    ['purchase', 'cancelled'],
    ['commodity_add', 'discarded'],
    ['stock_allocation', 'cancelled'],
  ] as const)('a %s is cancelled with a reason; again it is done already', async (kind, stage) => {
    const done = await give(kind, { command: 'cancel', reason });
    expect([done.status, done.body]).toMatchObject([200, { stage, state: 'cancelled', actions: [] }]);
    expect((await auditOf(kind)).at(-1)).toBe(`${kind}.${kind === 'commodity_add' ? 'discard' : 'cancel'}`);
    const events = done.body.timeline.length as number;
    const again = await give(kind, { command: 'cancel', reason });
    expect([again.status, again.body.timeline.length]).toEqual([200, events]);
  });

  it('an order with an open payment waits for the payment to be cancelled', async () => {
    const { db } = mallflow.database;
    const sql = 'select subject_id as id from payments where id = :id';
    const { id } = (await firstRow<{ id: string }>(db, sql, { id: cases.of.payment.subjectId }))!;
    const path = `/v1/processes/${id.replace('pur_', 'prc_')}/commands`;
    const refused = await operator.post(path, { command: 'cancel', reason });
    expect([refused.status, refused.body.code]).toEqual([409, 'PAYMENT_IN_PROGRESS']);
    const done = await give('payment', { command: 'cancel', reason });
    expect([done.status, done.body]).toMatchObject([200, { stage: 'created', whoseTurn: 'provider' }]);
    expect((await auditOf('payment')).at(-1)).toBe('payment.close');
  });

  it('nobody but an operator may, and a reason is asked for', async () => {
    const manager = await mallflow.as('manager@demo');
    const path = `/v1/processes/${cases.of.review.processId}/commands`;
    expect((await manager.post(path, { command: 'retry_now', reason })).status).toBe(403);
    const silent = await operator.post(path, { command: 'retry_now' });
    expect([silent.status, silent.body.errors[0].path]).toEqual([400, '/reason']);
    const other = await operator.post(path, { command: 'explode', reason });
    expect([other.status, other.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});
