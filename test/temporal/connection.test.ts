import { lazyClient, patientOnlyWithAbsence } from '../../temporal/connection';

const cancelled = 1;

describe('a connection to the engine', () => {
  afterEach(() => jest.restoreAllMocks());

  it('ends the calls that are about to be asked again when it is closed', async () => {
    // Nobody listens there.
    const client = lazyClient({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' });
    const toBeAskedAgain = new Promise<void>((resolve) => {
      jest.spyOn(patientOnlyWithAbsence, 'delayFunction').mockImplementation(() => {
        resolve();
        return 1;
      });
    });
    const call = client.connection.withDeadline(Date.now() + 60_000, () =>
      client.workflow.getHandle('none').describe(),
    );
    const ended = expect(call).rejects.toMatchObject({ cause: { code: cancelled } });
    await toBeAskedAgain;
    await client.connection.close();
    await ended;
  });

  it('ends a call that comes after it was closed', async () => {
    const client = lazyClient({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' });
    await client.connection.close();
    await expect(client.workflow.getHandle('none').describe()).rejects.toMatchObject({ cause: { code: cancelled } });
  });
});
