import { Aes, Decorator, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { parseEnvironment, wechatPay } from '../../../config/env';
import { fenOfYuanText } from '../../../domain/shared/money';
import { createWechatPay } from '../../../providers/payments/wechat-pay/wechat-pay';
import type { ContractBillRow, ContractClient, ContractTrade, Outside } from './contract-suite';

export type KeyMode = 'public key' | 'certificate';

/** Which key a client names, and so which one answers are signed with; `alone`: it knows no other. */
export interface Keys {
  readonly mode: KeyMode;
  readonly alone?: true;
}

function access(outside: Outside, { mode, alone }: Keys) {
  const environment = { ...outside.emulator.environment, MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: outside.notifyBaseUrl };
  const found = wechatPay(parseEnvironment(environment));
  if (found === undefined) throw new Error('the emulator gave no access');
  const isFirst = ({ id }: { id: string }): boolean => id.startsWith('PUB_KEY_ID_') === (mode === 'public key');
  const sorted = [...found.platformKeys].sort((one, other) => Number(isFirst(other)) - Number(isFirst(one)));
  return { ...found, platformKeys: alone === true ? sorted.slice(0, 1) : sorted };
}

/** What of the port's words the contract has. */
const isTradeState = (word: string): word is ContractTrade['state'] =>
  ['unpaid', 'in_progress', 'paid', 'part_refunded', 'closed'].includes(word);

export function ours(outside: Outside, keys: Keys): ContractClient {
  const channel = createWechatPay(access(outside, keys), { deadlineMs: 60_000 });
  const refunded = ({
    refundId,
    standing,
    amountFen,
  }: {
    refundId: string;
    standing: string;
    amountFen: number | null;
  }) => ({
    refundId,
    state: standing === 'succeeded' ? ('succeeded' as const) : ('processing' as const),
    amountFen: amountFen ?? Number.NaN,
  });
  return {
    create: async ({ number, ...order }) => {
      const answer = await channel.createAttempt({ ...order, channelNumber: number, description: '积分商城' });
      if (answer.kind !== 'open') return answer.kind;
      if (answer.presentation.kind !== 'qr') throw new Error('not a QR code');
      return { codeUrl: answer.presentation.codeUrl };
    },
    query: async (number) => {
      const found = await channel.query(number);
      if (found === undefined) return 'unknown';
      if (!isTradeState(found.standing) || found.foreign.length > 0) throw new Error(found.standing);
      return { state: found.standing, amountFen: found.amountFen, transactionId: found.transactionId };
    },
    close: (number) => channel.close(number),
    refund: async ({ number, ...order }) =>
      refunded(await channel.refund({ ...order, channelNumber: number, reason: '重复支付' })),
    queryRefund: async (refundNumber) => {
      const found = await channel.queryRefund(refundNumber);
      return found === undefined ? 'unknown' : refunded(found);
    },
    readNotification: ({ headers, body }) => {
      const report = channel.verifyNotification(headers, body);
      const { channelNumber, amountFen } = report.about === 'payment' ? report.payment : report.refund;
      return { eventType: report.eventType, number: channelNumber, amountFen: amountFen ?? Number.NaN };
    },
    bill: async (day) => {
      const bill = await channel.bill(day);
      if (bill === 'not_ready') return bill;
      return bill.rows.map(({ channelNumber, at, ...row }) => ({ ...row, number: channelNumber, at: at.getTime() }));
    },
  };
}

interface PluginError {
  readonly response?: { readonly data?: { readonly code?: string } };
}

/** wechatpay-axios-plugin: somebody else's reading of the same protocol. Nothing of ours is in it but plain words. */
export function theirs(outside: Outside, keys: Keys): ContractClient {
  const { mchid, appid, merchantSerial, merchantKey, apiV3Key, platformKeys, baseUrl } = access(outside, keys);
  const certs = Object.fromEntries(platformKeys.map(({ id, pem }) => [id, pem]));
  const config = {
    mchid,
    serial: merchantSerial,
    privateKey: merchantKey,
    certs,
    baseURL: `${baseUrl}/`,
    headers: { 'Wechatpay-Serial': platformKeys[0]?.id },
  };
  const { v3 } = new Decorator(config);
  const orders = 'v3/pay/transactions';
  const refunds = 'v3/refund/domestic/refunds';

  /** The channel's own word for a refusal, for words that are an answer. */
  async function orWord<T, W extends string>(call: Promise<T>, words: Readonly<Record<string, W>>): Promise<T | W> {
    try {
      return await call;
    } catch (error) {
      const code = (error as PluginError).response?.data?.code;
      const word = code === undefined ? undefined : words[code];
      if (word !== undefined) return word;
      throw code === undefined ? error : new Error(code);
    }
  }

  const refundedOf = ({ data }: { data: Record<string, unknown> }) => ({
    refundId: String(data['refund_id']),
    state: data['status'] === 'SUCCESS' ? ('succeeded' as const) : ('processing' as const),
    amountFen: (data['amount'] as { refund: number }).refund,
  });

  return {
    create: async ({ number, amountFen, reference, expiresAt }) => {
      const order = {
        appid,
        mchid,
        description: '积分商城',
        out_trade_no: number,
        time_expire: `${new Date(expiresAt.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`,
        attach: reference,
        notify_url: `${outside.notifyBaseUrl}/webhooks/wechat-pay/payments`,
        amount: { total: amountFen, currency: 'CNY' },
      };
      const answer = await orWord(v3.post<{ code_url: string }>(`${orders}/native`, order), {
        ORDERPAID: 'already_paid',
        ORDER_CLOSED: 'number_spent',
        OUT_TRADE_NO_USED: 'number_spent',
      });
      return typeof answer === 'string' ? answer : { codeUrl: answer.data.code_url };
    },
    query: async (number) => {
      const call = v3.get<Record<string, unknown>>(`${orders}/out-trade-no/${number}`, { params: { mchid } });
      const answer = await orWord(call, { ORDER_NOT_EXIST: 'unknown' });
      if (typeof answer === 'string') return answer;
      const states = {
        NOTPAY: 'unpaid',
        USERPAYING: 'in_progress',
        SUCCESS: 'paid',
        REFUND: 'part_refunded',
        CLOSED: 'closed',
      } as const;
      const state = states[answer.data['trade_state'] as keyof typeof states] as ContractTrade['state'] | undefined;
      if (state === undefined) throw new Error(String(answer.data['trade_state']));
      return {
        state,
        amountFen: (answer.data['amount'] as { total: number }).total,
        transactionId: (answer.data['transaction_id'] as string | undefined) ?? null,
      };
    },
    close: async (number) => {
      const answer = await orWord(v3.post(`${orders}/out-trade-no/${number}/close`, { mchid }), {
        ORDER_PAID: 'already_paid',
        FREQUENCY_LIMITED: 'busy',
        ORDER_NOT_EXIST: 'unknown',
      });
      if (typeof answer === 'string') return answer;
      expect(answer.status).toBe(204);
      return 'closed';
    },
    refund: async ({ number, refundNumber, amountFen, totalFen }) => {
      const order = {
        out_trade_no: number,
        out_refund_no: refundNumber,
        reason: '重复支付',
        notify_url: `${outside.notifyBaseUrl}/webhooks/wechat-pay/refunds`,
        amount: { refund: amountFen, total: totalFen, currency: 'CNY' },
      };
      const noWords: Readonly<Record<string, never>> = {};
      return refundedOf(await orWord(v3.post<Record<string, unknown>>(refunds, order), noWords));
    },
    queryRefund: async (refundNumber) => {
      const call = v3.get<Record<string, unknown>>(`${refunds}/${refundNumber}`);
      const answer = await orWord(call, { RESOURCE_NOT_EXISTS: 'unknown' });
      return typeof answer === 'string' ? answer : refundedOf(answer);
    },
    readNotification: ({ headers, body }) => {
      const header = (name: string): string => String(headers[`wechatpay-${name}`]);
      const text = body.toString();
      const message = Formatter.response(header('timestamp'), header('nonce'), text);
      const pem = certs[header('serial')];
      if (pem === undefined || !Rsa.verify(message, header('signature'), pem)) throw new Error('not signed');
      const notice = JSON.parse(text) as {
        event_type: string;
        resource: { ciphertext: string; nonce: string; associated_data: string };
      };
      const { ciphertext, nonce, associated_data } = notice.resource;
      const content = JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data)) as {
        out_trade_no: string;
        amount: { total: number; refund?: number };
      };
      return {
        eventType: notice.event_type,
        number: content.out_trade_no,
        amountFen: content.amount.refund ?? content.amount.total,
      };
    },
    bill: async (day) => {
      const call = v3.get<{ download_url: string }>('v3/bill/tradebill', { params: { bill_date: day } });
      const ticket = await orWord(call, { STATEMENT_CREATING: 'not_ready', NO_STATEMENT_EXIST: 'not_ready' });
      if (typeof ticket === 'string') return ticket;
      const { pathname, searchParams } = new URL(ticket.data.download_url);
      const params = Object.fromEntries(searchParams);
      const file = await v3.get<Buffer>(pathname, { params, responseType: 'arraybuffer' });
      const { rows } = Formatter.castCsvBill(file.data) as { rows: Record<string, string>[] };
      return rows.filter((row) => row['退款状态'] !== 'FAIL').map(billRowOf);
    },
  };
}

function billRowOf(row: Readonly<Record<string, string>>): ContractBillRow {
  const isRefund = row['交易状态'] === 'REFUND';
  return {
    about: isRefund ? 'refund' : 'payment',
    number: String(row['商户订单号']),
    refundNumber: isRefund ? String(row['商户退款单号']) : null,
    transactionId: String(row['微信订单号']),
    amountFen: fenOfYuanText(String(row[isRefund ? '申请退款金额' : '订单金额'])),
    at: Date.parse(`${String(row['交易时间']).replace(' ', 'T')}+08:00`),
  };
}
