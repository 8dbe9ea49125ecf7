import { runInNewContext } from 'node:vm';
import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { OutsideClient } from '../support/outside-client';

/** As much of a browser's document as the page's script touches. */
class Part {
  textContent = '';
  className = '';
  value = '';
  type = '';
  disabled = false;
  children: Part[] = [];
  fields: Record<string, string> = {};
  private readonly listeners = new Map<string, (event: unknown) => void>();

  append(...parts: Part[]): void {
    this.children.push(...parts);
  }

  replaceChildren(...parts: Part[]): void {
    this.children = parts;
  }

  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }

  querySelector(): this {
    return this;
  }

  happen(name: string): void {
    this.listeners.get(name)!({ target: this, preventDefault: () => undefined });
  }

  all(): Part[] {
    return [this, ...this.children.flatMap((child) => child.all())];
  }
}

let emulator: Emulator;
let client: ChannelClient;
const byId = new Map<string, Part>();
const part = (id: string): Part => byId.get(id) ?? byId.set(id, new Part()).get(id)!;

beforeAll(async () => {
  emulator = await startEmulator();
  client = new ChannelClient(emulator);
  const texts = ['page.js', 'outside.js'].map(async (name) => (await fetch(`${emulator.url}/${name}`)).text());
  const script = (await Promise.all(texts)).join('\n');
  const day = new Part();
  runInNewContext(script, {
    document: { getElementById: part, createElement: () => new Part(), querySelector: () => day },
    fetch: (path: string, options: RequestInit) => fetch(emulator.url + path, options),
    FormData: class {
      constructor(private readonly form: Part) {}
      *[Symbol.iterator]() {
        yield* Object.entries(this.form.fields);
      }
    },
    // The test presses buttons; the page need not look again by itself.
    setInterval: () => undefined,
  });
});

afterAll(() => emulator.stop());

const shows = (table: string, text: string) =>
  eventually(
    async () =>
      part(table)
        .all()
        .find(({ textContent }) => textContent === text),
    (found) => found !== undefined,
  );
const said = (what: string) =>
  eventually(
    async () => part('message').textContent,
    (text) => text.includes(what),
  );

/** Waits until the first line of the table has the button, and presses it. */
async function press(table: string, label: string): Promise<void> {
  const found = async () =>
    part(table)
      .children[0]?.all()
      .find(({ textContent }) => textContent === label);
  const button = await eventually(found, (there) => there !== undefined);
  part('message').textContent = '';
  button!.happen('click');
  await said(`${label} ✓`);
}

async function submit(form: string, fields: Record<string, string>, answer = '✓'): Promise<void> {
  part('message').textContent = '';
  part(form).fields = fields;
  part(form).happen('submit');
  await said(answer);
}

/** Every press ends with a look at the books. */
const look = () => part('clear').happen('click');

async function opened(): Promise<string> {
  const order = client.orderOf();
  await client.create(order);
  look();
  await shows('payments', String(order['out_trade_no']));
  return String(order['out_trade_no']);
}
const state = async () => (await emulator.control.payments())[0]!.state;

it('has a button for each thing a buyer and the channel can do with a payment', async () => {
  await opened();
  await press('payments', '拒绝 · Refuse');
  expect(await state()).toBe('failed');
  await press('payments', '付款但不通知 · Pay, no notification');
  expect([await state(), await emulator.control.openNotifications()]).toEqual(['paid', []]);
  await press('payments', '再次通知 · Notify again');
  expect(part('message').textContent).toContain('unreachable');
  await client.close(await opened());
  look();
  await press('payments', '虽已关闭仍付款 · Pay although closed');
  expect(await state()).toBe('paid');
  await opened();
  await press('payments', '付款 · Pay');
  expect(await state()).toBe('paid');
});

it('settles refunds, publishes bills, puts orders into the books', async () => {
  const number = await opened();
  await emulator.control.pay(number);
  await emulator.control.fault('keep_processing');
  const amount = { refund: 1, total: 1, currency: 'CNY' };
  await client.call('POST', '/v3/refund/domestic/refunds', { out_trade_no: number, out_refund_no: 'r', amount });
  look();
  await press('refunds', '退款异常 · Abnormal');
  await press('refunds', '退款成功 · Succeed');
  expect((await emulator.control.books()).refunds[0]).toMatchObject({ state: 'succeeded' });
  await submit('order', { amountFen: '7' });
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  await submit('bill', { day: today });
  expect(await client.call('GET', `/v3/bill/tradebill?bill_date=${today}`)).toMatchObject({ status: 200 });
});

it('answers scans, settles transfers, registers enterprises, shows messages', async () => {
  const outside = new OutsideClient(emulator);
  const order = { accountName: '甲', accountNumber: '66660000', bankName: '乙', branchName: '丙', location: '丁' };
  const person = { enterpriseName: '甲', code: '91350100M000100Y43', name: '张三', idNumber: '11010519491231002X' };
  const message = { id: 'm1', channel: 'sms', to: '13900001111', subject: 'Hello', text: 'There is something to do.' };
  await outside.json('IDENTITY', '/scans', { reference: 's1', ...person });
  await emulator.control.fault('keep_processing', { target: 'bank' });
  await outside.json('TRANSFERS', '/transfers', { reference: 't1', ...order, amountFen: 42 });
  await outside.json('MESSAGES', '/messages', message);
  look();
  await shows('messages', 'There is something to do.');
  await press('scans', '不通过 · Fail');
  await press('scans', '通过 · Pass');
  expect(await emulator.control.verifications()).toMatchObject([{ reference: 's1', state: 'passed' }]);
  await press('transfers', '到账 · Arrive');
  expect(await emulator.control.transfers('66660000')).toMatchObject([{ amountFen: 42 }]);
  await submit('enterprise', { code: person.code, name: '甲', legalRepresentative: '张三', state: 'revoked' });
  await shows('enterprises', '吊销 · revoked');
  await press('enterprises', '删除 · Forget');
  // It says so before it looks again.
  await eventually(
    async () => part('enterprises').children,
    (rows) => rows.length === 0,
  );
});

it('switches faults on and off, and shows what is refused', async () => {
  await submit('fault', { target: 'wechat_pay', kind: 'slow', on: 'create', times: '3' });
  await submit('fault', { target: 'messages', kind: '429', on: '', times: '1' });
  expect(await emulator.control.faults()).toMatchObject([
    { kind: 'slow', on: 'create', left: 3 },
    { target: 'messages', kind: '429', left: 1 },
  ]);
  await press('faults', '关闭 · Switch off');
  expect(await emulator.control.faults()).toHaveLength(1);
  part('clear').happen('click');
  await eventually(
    () => emulator.control.faults(),
    (left) => left.length === 0,
  );
  await submit('fault', { target: 'wechat_pay', kind: 'no_notification', on: 'create', times: '1' }, '✗ 400');
});
