import { randomUUID } from 'node:crypto';
import { Commands, type CaseCommand } from '../../api/http/commands';
import { addAccount } from '../../db/account/repository';
import { newId } from '../../db/new-id';
import { DomainError } from '../../domain/shared/errors';
import type { Delivery, Gateway } from '../../temporal/gateway';
import { cloneDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let accountId: string;
beforeAll(async () => {
  database = await cloneDatabase();
  accountId = await database.db.transaction((trx) =>
    addAccount(trx, {
      ...{ login: 'somebody', roles: [], passwordHash: '-', displayName: 'Somebody' },
      ...{ enterpriseId: null, mallId: null },
    }),
  );
});
afterAll(() => database.drop());

/** A command whose run and rows answer as told, one after another. */
function commandOf(told: {
  readonly runs: Delivery[];
  readonly rows: ('go' | 'reached' | DomainError)[];
}): CaseCommand {
  const key = randomUUID();
  return {
    ...{ accountId, route: 'POST /v1/reviews/rev_1/claim', key, body: null, status: 200 },
    allocate: () => ({ resourceId: newId('review'), workflowId: `review/${key}` }),
    check: () => {
      const says = told.rows.shift();
      if (says === undefined) throw new Error('the rows were asked too often');
      return says instanceof DomainError ? Promise.reject(says) : Promise.resolve(says);
    },
    deliver: () => {
      const answer = told.runs.shift();
      if (answer === undefined) throw new Error('sent too often');
      return Promise.resolve(answer);
    },
    render: () => Promise.resolve({ rendered: true }),
  };
}

/** The engine takes every reload. */
const gateway: Pick<Gateway, 'reload'> = { reload: () => Promise.resolve(true) };
const commands = () =>
  new Commands(database.db, gateway as Gateway, { secret: 's'.repeat(32), leaseMs: 1_000, lookMs: 1_000 });

const behind: Delivery = { kind: 'refused', code: 'WRONG_STATE', facts: {} };
const gone: Delivery = { kind: 'no_run' };

describe('a command that the engine let go of, since its run was about to end', () => {
  const dropped: Delivery = { kind: 'dropped' };

  it('is refused as the rows refuse it', async () => {
    const withdrawn = new DomainError('WRONG_STATE', { state: 'withdrawn' });
    const command = commandOf({ runs: [dropped], rows: ['go', withdrawn] });
    await expect(commands().forCase(command)).rejects.toBe(withdrawn);
  });

  it('is sent once more where they allow it, and then put off', async () => {
    const command = commandOf({ runs: [dropped, { kind: 'done' }], rows: ['go', 'go'] });
    expect(await commands().forCase(command)).toEqual({ status: 200, body: { rendered: true } });
    const again = commandOf({ runs: [dropped, dropped], rows: ['go', 'go'] });
    await expect(commands().forCase(again)).rejects.toMatchObject({ code: 'TRY_AGAIN' });
  });
});

describe('a run that reads its rows, sees that it is over and ends', () => {
  it('is no stuck case: the rows say why nothing was done', async () => {
    const decided = new DomainError('ALREADY_DECIDED');
    const command = commandOf({ runs: [behind, gone], rows: ['go', 'go', decided] });
    await expect(commands().forCase(command)).rejects.toBe(decided);
  });

  it('has done what was asked for, where the rows say so', async () => {
    const command = commandOf({ runs: [behind, gone], rows: ['go', 'go', 'reached'] });
    expect(await commands().forCase(command)).toEqual({ status: 200, body: { rendered: true } });
  });

  it('is stuck where the rows still allow it', async () => {
    const command = commandOf({ runs: [behind, gone], rows: ['go', 'go', 'go'] });
    await expect(commands().forCase(command)).rejects.toMatchObject({ code: 'CASE_STUCK' });
  });
});
