import { ours, theirs, type KeyMode } from './contract-clients';
import { contractSuite, startOutside, type Outside } from './contract-suite';

/**
 * One contract, two clients that share no line, both kinds of keys. Where ours and theirs agree about the emulator,
 * it is the channel's protocol that both have understood, and not each other's mistakes.
 */
const modes: readonly KeyMode[] = ['public key', 'certificate'];
const clients = { 'our adapter': ours, 'wechatpay-axios-plugin': theirs } as const;

let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
afterAll(() => outside.stop());

for (const mode of modes)
  for (const [name, client] of Object.entries(clients))
    contractSuite(
      `${name}, ${mode}`,
      (where) => client(where, { mode }),
      () => outside,
      () => [ours(outside, { mode }), theirs(outside, { mode })],
    );

it.each(modes.flatMap((mode) => Object.keys(clients).map((name) => [mode, name] as const)))(
  'answers are signed with the %s that was named: %s knows no other',
  async (mode, name) => {
    const client = clients[name as keyof typeof clients](outside, { mode, alone: true });
    const order = { number: `alone-${mode.slice(0, 6)}-${name.slice(0, 3)}`.replaceAll(' ', '_'), amountFen: 5 };
    const whole = { ...order, reference: 'pay_alone', expiresAt: new Date(Date.now() + 600_000) };
    await client.create(whole);
    expect(await client.query(whole.number)).toMatchObject({ state: 'unpaid', amountFen: 5 });
    await outside.emulator.control.fault(mode === 'certificate' ? 'unknown_serial' : 'certificate_serial', {
      on: 'query',
    });
    await expect(client.query(whole.number)).rejects.toThrow();
  },
);
