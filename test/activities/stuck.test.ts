import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { asFailure } from '../../activities/shared/failures';
import { stuckInterceptor } from '../../activities/shared/stuck-interceptor';
import { caseById } from '../../db/case/queries';
import { connect, run } from '../../db/connection';
import { processIdOf } from '../../domain/shared/ids';
import { DomainError } from '../../domain/shared/errors';
import { furnish, type Furnished } from '../db/furnished';

let base: Furnished;
let purchaseId: string;
beforeAll(async () => {
  base = await furnish();
});
beforeEach(async () => {
  purchaseId = await base.place();
});
afterAll(() => base.drop());

/** The failures are wanted here; nobody needs to read of them. */
const logger = new DefaultLogger('ERROR');

/** Runs a step as the worker would at this attempt. */
async function attempt(n: number, step: () => Promise<unknown>): Promise<unknown> {
  const environment = new MockActivityEnvironment(
    { attempt: n, workflowExecution: { workflowId: `purchase:${purchaseId}`, runId: 'run' } },
    { interceptors: [() => ({ inbound: stuckInterceptor(base.db) })], logger },
  );
  return environment.run(step).catch((error: unknown) => error);
}

const poisoned = () => run(base.db, 'update purchases set total_fen = -1 where id = :purchaseId', { purchaseId });
const stuck = async () => {
  const row = await caseById(base.db, processIdOf(purchaseId));
  return { code: row?.stuckCode, since: row?.stuckSince };
};

describe('a step that keeps failing', () => {
  it('marks its case from the fifth attempt on, with the code and the constraint', async () => {
    for (let n = 1; n <= 4; n += 1) expect(await attempt(n, poisoned)).toBeInstanceOf(Error);
    expect((await stuck()).code).toBeNull();
    await attempt(5, poisoned);
    const first = await stuck();
    expect(first).toEqual({ code: 'DB_23514:purchases_total', since: expect.any(Date) });
    await attempt(6, poisoned);
    expect(await stuck()).toEqual(first);
  });

  it('is cleared when it gets through', async () => {
    await attempt(5, poisoned);
    expect(await attempt(6, () => Promise.resolve('done'))).toBe('done');
    expect(await stuck()).toEqual({ code: null, since: null });
  });

  it('is cleared by a refusal too: that is an answer', async () => {
    await attempt(7, poisoned);
    await attempt(8, () => Promise.reject(asFailure(new DomainError('WRONG_STATE', { state: 'closed', allowed: [] }))));
    expect((await stuck()).code).toBeNull();
  });

  it('is told by the name of its error where no database spoke, and by nothing of its text', async () => {
    await attempt(5, () => Promise.reject(new RangeError('with a name in it')));
    expect((await stuck()).code).toBe('RangeError');
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a library may throw
    await attempt(6, () => Promise.reject('thrown text'));
    expect((await stuck()).code).toBe('UNKNOWN');
  });

  it('fails as before when it cannot be marked', async () => {
    const away = connect({
      url: 'postgres://nobody@127.0.0.1:1/none',
      role: null,
      poolMax: 1,
      applicationName: 'mallflow-test',
      statementTimeoutMs: 200,
      lockTimeoutMs: 200,
      acquireTimeoutMs: 200,
      answerTimeoutMs: 60_000,
    });
    const environment = new MockActivityEnvironment(
      { attempt: 5, workflowExecution: { workflowId: `purchase:${purchaseId}`, runId: 'run' } },
      { interceptors: [() => ({ inbound: stuckInterceptor(away) })], logger },
    );
    await expect(environment.run(() => Promise.reject(new Error('the step')))).rejects.toThrow('the step');
    await away.destroy();
    expect((await stuck()).code).toBeNull();
  });
});
