import type { Books } from '../books/books';
import type { Order, Refund, RefundState } from '../books/records';
import type { Identity } from '../keys/identity';
import { beginOfDay, shanghaiTime } from './time';

export type BillType = 'ALL' | 'SUCCESS' | 'REFUND';

/** One line of the bill: a payment, or a refund with the order it belongs to. */
interface Item {
  readonly at: number;
  readonly order: Order;
  readonly refund: Refund | null;
}

interface Column {
  readonly title: string;
  readonly value: (item: Item, identity: Identity) => string;
  /** Bills of the other types have it; ALL too unless said otherwise. */
  readonly only?: readonly BillType[];
}

/** Whole fen as yuan text; the channel writes its bills so. */
export const yuan = (fen: number): string => {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

const refundStates: Readonly<Record<RefundState, string>> = {
  SUCCESS: 'SUCCESS',
  PROCESSING: 'PROCESSING',
  ABNORMAL: 'CHANGE',
  CLOSED: 'FAIL',
};

/** 0.6 % in whole fen, given back with a refund; written with five decimals. */
const fee = ({ order, refund }: Item): number =>
  refund === null ? Math.round((order.total * 6) / 1_000) : -Math.round((refund.amount * 6) / 1_000);
const feeText = (fen: number): string => `${yuan(fen)}000`;
const localTime = (ms: number): string => shanghaiTime(ms).slice(0, 19).replace('T', ' ');
const withRefunds = ['ALL', 'REFUND'] as const;

const columns: readonly Column[] = [
  { title: '交易时间', value: ({ at }) => localTime(at) },
  { title: '公众账号ID', value: (_item, identity) => identity.appid },
  { title: '商户号', value: (_item, identity) => identity.mchid },
  { title: '特约商户号', value: () => '0' },
  { title: '设备号', value: () => '' },
  { title: '微信订单号', value: ({ order }) => order.transactionId ?? '' },
  { title: '商户订单号', value: ({ order }) => order.outTradeNo },
  { title: '用户标识', value: ({ order }) => order.openid ?? '' },
  { title: '交易类型', value: () => 'NATIVE' },
  { title: '交易状态', value: ({ refund }) => (refund === null ? 'SUCCESS' : 'REFUND') },
  { title: '付款银行', value: () => 'OTHERS' },
  { title: '货币种类', value: () => 'CNY' },
  { title: '应结订单金额', value: ({ order, refund }) => yuan(refund === null ? order.total : 0) },
  { title: '代金券金额', value: () => '0.00' },
  { title: '退款申请时间', only: ['REFUND'], value: ({ at }) => localTime(at) },
  {
    title: '退款成功时间',
    only: ['REFUND'],
    value: ({ refund }) => (refund?.succeededAt == null ? '' : localTime(refund.succeededAt)),
  },
  { title: '微信退款单号', only: withRefunds, value: ({ refund }) => refund?.refundId ?? '0' },
  { title: '商户退款单号', only: withRefunds, value: ({ refund }) => refund?.outRefundNo ?? '0' },
  { title: '退款金额', only: withRefunds, value: ({ refund }) => yuan(refund?.amount ?? 0) },
  { title: '充值券退款金额', only: withRefunds, value: () => '0.00' },
  { title: '退款类型', only: withRefunds, value: ({ refund }) => (refund === null ? '' : 'ORIGINAL') },
  { title: '退款状态', only: withRefunds, value: ({ refund }) => (refund === null ? '' : refundStates[refund.state]) },
  { title: '商品名称', value: ({ order }) => order.description },
  { title: '商户数据包', value: ({ order }) => order.attach },
  { title: '手续费', value: (item) => feeText(fee(item)) },
  { title: '费率', value: () => '0.60%' },
  { title: '订单金额', value: ({ order, refund }) => yuan(refund === null ? order.total : 0) },
  { title: '申请退款金额', only: withRefunds, value: ({ refund }) => yuan(refund?.amount ?? 0) },
  { title: '费率备注', value: () => '' },
];

const summaryTitles = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

/** Payments by when they were paid, refunds by when they were accepted; oldest first. */
function itemsOf(books: Books, day: string, type: BillType): Item[] {
  const from = beginOfDay(day);
  const isInDay = (ms: number): boolean => ms >= from && ms < from + 86_400_000;
  const items: Item[] = [];
  if (type !== 'REFUND')
    for (const order of books.allOrders())
      if (order.paidAt !== null && isInDay(order.paidAt)) items.push({ at: order.paidAt, order, refund: null });
  if (type !== 'SUCCESS')
    for (const refund of books.allRefunds()) {
      const order = books.order(refund.outTradeNo);
      if (order !== undefined && isInDay(refund.createdAt)) items.push({ at: refund.createdAt, order, refund });
    }
  return items.sort((one, other) => one.at - other.at);
}

/**
 * The trade bill of a day as the channel writes it: a byte order mark, titles, one line for each item with a backtick
 * before every field, titles and one line of sums; CRLF. Undefined for a day on which nothing happened.
 */
export function billFile(books: Books, identity: Identity, day: string, type: BillType): string | undefined {
  const items = itemsOf(books, day, type);
  if (items.length === 0) return undefined;
  const shown = columns.filter(({ only }) => only === undefined || only.includes(type));
  const quoted = (fields: readonly string[]): string => fields.map((field) => `\`${field}`).join(',');
  const sum = (value: (item: Item) => number): number => items.reduce((total, item) => total + value(item), 0);
  const paid = sum(({ order, refund }) => (refund === null ? order.total : 0));
  const refunded = yuan(sum(({ refund }) => refund?.amount ?? 0));
  const sums = [String(items.length), yuan(paid), refunded, '0.00', feeText(sum(fee)), yuan(paid), refunded];
  const lines = [
    shown.map(({ title }) => title).join(','),
    ...items.map((item) => quoted(shown.map(({ value }) => value(item, identity)))),
    summaryTitles,
    quoted(sums),
  ];
  return `\uFEFF${lines.map((line) => `${line}\r\n`).join('')}`;
}
