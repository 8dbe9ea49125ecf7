import { startEmulator, type Emulator } from '../../support/emulator';
import type { CallNote } from '../../../providers/http/caller';
import { failureOf, message, partiesOf, personal, scan, transfer, type Parties } from './parties';

let emulator: Emulator;
let parties: Parties;
const notes: CallNote[] = [];

beforeAll(async () => {
  emulator = await startEmulator();
  parties = partiesOf(emulator.environment, { onCall: (note) => notes.push(note) });
});

afterEach(() => emulator.control.clearFaults());
afterAll(() => emulator.stop());

describe('the register of enterprises', () => {
  const { code, name, person } = personal;
  const check = (legalRepresentative?: string, of: string = code) =>
    parties.registry.check({ name, code: of, ...(legalRepresentative === undefined ? {} : { legalRepresentative }) });
  const known = { name, legalRepresentative: person };

  it('knows nobody in particular: a valid code is active under the name asked for', async () => {
    const found = { found: true, name: 'same', operating: 'active' };
    expect(await check()).toEqual({ ...found, legalRepresentative: 'not_asked' });
    expect(await check(person)).toEqual({ ...found, legalRepresentative: 'same' });
    expect(await check(person, '91350100M000100Y4Z')).toEqual({ found: false });
  });

  it.each([
    [
      { ...known, state: 'active' as const },
      { operating: 'active', name: 'same', legalRepresentative: 'same' },
    ],
    [
      { ...known, state: 'revoked' as const },
      { operating: 'revoked', name: 'same', legalRepresentative: 'same' },
    ],
    [
      { ...known, state: 'cancelled' as const },
      { operating: 'cancelled', name: 'same' },
    ],
    [
      { ...known, state: 'other' as const },
      { operating: 'other', name: 'same' },
    ],
    [{ ...known, legalRepresentative: '别人', state: 'active' as const }, { legalRepresentative: 'different' }],
    [
      { ...known, name: '别家', state: 'active' as const },
      { name: 'different', legalRepresentative: 'not_asked' },
    ],
  ])('told %j, it answers %j', async (enterprise, answer) => {
    await emulator.control.putEnterprise(code, enterprise);
    expect(await check(person)).toMatchObject({ found: true, ...answer });
    await emulator.control.forgetEnterprise(code);
    expect(await check(person)).toMatchObject({ found: true, name: 'same', operating: 'active' });
  });

  it('does not have a new company yet', async () => {
    await emulator.control.fault('not_found', { target: 'registry' });
    expect([await check(person), await check(person)]).toMatchObject([{ found: false }, { found: true }]);
    await emulator.control.putEnterprise(code, { ...known, state: 'unknown' });
    expect(await check(person)).toEqual({ found: false });
    await emulator.control.forgetEnterprise(code);
  });
});

describe('transfers to corporate accounts', () => {
  it('are seen on the account, once for each reference', async () => {
    const first = transfer({ accountNumber: '10000001', amountFen: 1 });
    const second = transfer({ accountNumber: '10000001', amountFen: 99 });
    const sent = [first, first, second].map((order) => parties.transfers.send(order));
    expect(await Promise.all(sent)).toEqual(['sent', 'sent', 'sent']);
    expect(await emulator.control.transfers('10000001')).toMatchObject([{ amountFen: 99 }, { amountFen: 1 }]);
    expect(await parties.transfers.query(first.reference)).toBe('sent');
    expect(await failureOf(parties.transfers.send({ ...first, amountFen: 2 }))).toBe('refused TERMS_CHANGED');
    expect(await parties.transfers.query('nobody-ordered')).toBe('unknown');
  });

  it('fail, or stay at the bank until they are settled', async () => {
    await emulator.control.fault('transfer_failed', { target: 'bank' });
    const failing = transfer({ accountNumber: '10000002' });
    expect(await parties.transfers.send(failing)).toBe('failed');
    expect(await parties.transfers.query(failing.reference)).toBe('failed');
    await emulator.control.fault('keep_processing', { target: 'bank' });
    const slow = transfer({ accountNumber: '10000002' });
    expect(await parties.transfers.send(slow)).toBe('pending');
    expect(await emulator.control.transfers('10000002')).toEqual([]);
    await emulator.control.settleTransfer(slow.reference, 'sent');
    expect([await parties.transfers.query(slow.reference), await parties.transfers.send(slow)]).toEqual([
      'sent',
      'sent',
    ]);
    expect(await emulator.control.transfers('10000002')).toHaveLength(1);
  });

  it.each([{ amountFen: 0 }, { amountFen: 100 }, { accountNumber: '123' }, { reference: 'with a space' }])(
    'of %j are refused',
    async (change) => expect(await failureOf(parties.transfers.send(transfer(change)))).toBe('refused SHAPE'),
  );
});

describe('scans of legal representatives', () => {
  it('have one address for each reference, and end as somebody decides', async () => {
    const order = scan();
    const { scanUrl } = await parties.identity.begin(order);
    expect(scanUrl).toMatch(/^https:/);
    expect(await parties.identity.begin(order)).toEqual({ scanUrl });
    expect(await failureOf(parties.identity.begin({ ...order, name: '别人' }))).toBe('refused TERMS_CHANGED');
    expect(await parties.identity.query(order.reference)).toBe('pending');
    await emulator.control.answerScan(order.reference, 'pass');
    expect(await parties.identity.query(order.reference)).toBe('passed');
    await emulator.control.answerScan(order.reference, 'fail');
    expect(await parties.identity.query(order.reference)).toBe('failed');
    expect(await parties.identity.query('nobody-scanned')).toBe('unknown');
  });
});

describe('mail and SMS', () => {
  it('are taken once for each id', async () => {
    const [sms, mail] = [message(), message({ channel: 'mail', to: 'chen@example.com' })];
    // Worded anew, and to another address, it is still the same message.
    const anew = { ...sms, to: '13900003333', text: 'else' };
    for (const each of [sms, mail, anew, mail]) await parties.messages.send(each);
    expect(await emulator.control.messages('13900003333')).toEqual([]);
    const { id, to, subject, text } = mail;
    expect(await emulator.control.messages(to)).toMatchObject([{ id, channel: 'mail', to, subject, text }]);
    expect(await emulator.control.messages(sms.to)).toMatchObject([{ id: sms.id, channel: 'sms' }]);
    expect(await failureOf(parties.messages.send(message({ to: 'chen@example.com' })))).toBe('refused SHAPE');
  });
});

describe('trouble on the way', () => {
  const { name, code, person } = personal;
  const calls = {
    registry: () => parties.registry.check({ name, code, legalRepresentative: person }),
    bank: () => parties.transfers.send(transfer()),
    identity: () => parties.identity.begin(scan()),
    messages: () => parties.messages.send(message()),
  };
  type Target = keyof typeof calls;
  const targets = Object.keys(calls) as Target[];
  const signing = targets.filter((target) => target !== 'registry');
  const passes: readonly [Target, string, number, string][] = targets.flatMap((target) => [
    [target, 'drop_answer', 2, 'away UND_ERR_SOCKET'],
    [target, '429', 2, target === 'registry' ? 'busy RequestLimitExceeded' : 'busy HTTP_429'],
    [target, '500', 2, 'busy HTTP_500'],
    [target, '500_after', 2, 'busy HTTP_500'],
  ]);
  const unproven: readonly [Target, string, string][] = [
    ['registry', 'wrong_signature', 'busy AuthFailure.SignatureFailure'],
    ...signing.flatMap((target): [Target, string, string][] => [
      [target, 'wrong_signature', 'untrusted ANSWER_SIGNATURE'],
      [target, 'tampered_body', 'untrusted ANSWER_SIGNATURE'],
      [target, 'old_timestamp', 'untrusted ANSWER_TIMESTAMP'],
      [target, 'unsigned_answer', 'untrusted ANSWER_UNSIGNED'],
    ]),
  ];

  it.each(passes)('%s: %s once is not noticed, %i times it is %s', async (target, kind, times, failure) => {
    await emulator.control.fault(kind, { target });
    await calls[target]();
    await emulator.control.fault(kind, { target, times });
    expect(await failureOf(calls[target]())).toBe(failure);
    await calls[target]();
  });

  it.each(unproven)('%s: %s is %s', async (target, kind, failure) => {
    // What passes is asked once more.
    await emulator.control.fault(kind, { target, times: failure.startsWith('busy') ? 2 : 1 });
    expect(await failureOf(calls[target]())).toBe(failure);
    await calls[target]();
  });

  it('an answer that was lost after the work is done does it once', async () => {
    const [order, note] = [transfer({ accountNumber: '10000003' }), message({ to: '13900002222' })];
    for (const target of ['bank', 'messages']) await emulator.control.fault('drop_answer', { target });
    expect(await parties.transfers.send(order)).toBe('sent');
    await parties.messages.send(note);
    expect(await emulator.control.transfers('10000003')).toHaveLength(1);
    expect(await emulator.control.messages('13900002222')).toHaveLength(1);
  });

  it.each(targets)('%s: an answer that does not come in time is none', async (target) => {
    const hasty = partiesOf(emulator.environment, { deadlineMs: 150 });
    await emulator.control.fault('slow', { target, delayMs: 1_000 });
    const call = {
      registry: () => hasty.registry.check({ name, code }),
      bank: () => hasty.transfers.send(transfer()),
      identity: () => hasty.identity.begin(scan()),
      messages: () => hasty.messages.send(message()),
    }[target];
    expect(await failureOf(call())).toBe('away TIMEOUT');
  });

  it('keys that are not accepted are our fault: it passes', async () => {
    const stranger = partiesOf({
      ...emulator.environment,
      MALLFLOW_REGISTRY_SECRET_ID: `AKID${'0'.repeat(32)}`,
      ...Object.fromEntries(
        ['TRANSFERS', 'MESSAGES', 'IDENTITY'].flatMap((party) => [
          [`MALLFLOW_${party}_SECRET_FILE`, undefined],
          [`MALLFLOW_${party}_SECRET`, Buffer.alloc(32, 7).toString('base64')],
        ]),
      ),
    });
    expect(await failureOf(stranger.registry.check({ name, code }))).toBe('busy AuthFailure.SecretIdNotFound');
    expect(await failureOf(stranger.transfers.query('any'))).toBe('busy NOT_BELIEVED');
    expect(await failureOf(stranger.identity.query('any'))).toBe('busy NOT_BELIEVED');
    expect(await failureOf(stranger.messages.send(message()))).toBe('busy NOT_BELIEVED');
  });

  it('nobody there is away', async () => {
    const nowhere = partiesOf({ ...emulator.environment, MALLFLOW_MESSAGES_BASE_URL: 'http://127.0.0.1:9' });
    expect(await failureOf(nowhere.messages.send(message()))).toMatch(/^away [A-Z_]+$/);
  });

  it('leaves notes without anything that was said', () => {
    expect(new Set(notes.map(({ outcome }) => outcome))).toEqual(
      new Set(['ok', 'away', 'busy', 'refused', 'untrusted']),
    );
    expect(notes.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['VerifyBizLicenseEnterprise3', '/transfers', '/scans/query', '/messages']),
    );
    for (const secret of Object.values(personal)) expect(JSON.stringify(notes)).not.toContain(secret);
  });
});
