import { randomBytes } from 'node:crypto';
import { ours, theirs, type KeyMode } from './contract-clients';
import { contractSuite, startOutside, type Outside } from './contract-suite';

/**
 * One contract, two clients that share no line. Where ours and theirs agree about the emulator,
 * it is the channel's protocol that both have understood, and not each other's mistakes.
 */
const modes: readonly KeyMode[] = ['public key', 'certificate'];
const clients = { 'our adapter': ours, 'wechatpay-axios-plugin': theirs } as const;

let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
afterAll(() => outside.stop());

for (const [name, client] of Object.entries(clients))
  contractSuite(
    name,
    (where) => client(where, { mode: 'public key' }),
    () => outside,
    () => modes.flatMap((mode) => [ours(outside, { mode }), theirs(outside, { mode })]),
  );

it.each(modes.flatMap((mode) => Object.keys(clients).map((name) => [mode, name] as const)))(
  'answers are signed with the %s that was named: %s knows no other',
  async (mode, name) => {
    const client = clients[name as keyof typeof clients](outside, { mode, alone: true });
    const { control } = outside.emulator;
    const number = `alone-${randomBytes(8).toString('hex')}`;
    const terms = { amountFen: 5, reference: 'pay_alone', expiresAt: new Date(Date.now() + 600_000) };
    await client.create({ number, ...terms });
    await control.pay(number, { notify: false });
    expect(await client.query(number)).toMatchObject({ state: 'paid', amountFen: 5 });
    expect(await client.close(number)).toBe('already_paid');
    const refund = { number, refundNumber: `${number}-r`, amountFen: 2, totalFen: 5 };
    expect(await client.refund(refund)).toMatchObject({ amountFen: 2 });
    await control.fault(mode === 'certificate' ? 'unknown_serial' : 'certificate_serial', {
      on: 'query',
    });
    await expect(client.query(number)).rejects.toThrow();
  },
);
