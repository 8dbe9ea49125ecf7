import { ChannelError, type BillRow } from '../../../domain/ports/payment-channel';
import { fenOfYuanText } from '../../../domain/shared/money';

/** Columns by the names the channel gives them; it has added others over the years. */
const column = {
  at: '交易时间',
  transactionId: '微信订单号',
  channelNumber: '商户订单号',
  state: '交易状态',
  refundNumber: '商户退款单号',
  refundState: '退款状态',
  ordered: '订单金额',
  refunded: '申请退款金额',
} as const;

const summaryColumn = { count: '总交易单数', ordered: '订单总金额', refunded: '申请退款总金额' } as const;

/**
 * Reads a book of trades line by line: a line of names, a line for each trade and each refund with a backtick before
 * every value, a line of other names, a line of sums. Amounts are yuan in decimals. A book that does not end, or whose
 * sums are not those of its rows, is not believed.
 */
export class BillReader {
  readonly rows: BillRow[] = [];
  private header: readonly string[] | undefined;
  private summaryHeader: readonly string[] | undefined;
  private summary: readonly string[] | undefined;
  private lines = 0;
  private orderedFen = 0;
  private refundedFen = 0;

  /** Without its line feed, and without the byte order mark before the first. @throws ChannelError */
  line(raw: string): void {
    const text = raw.replace(/\r$/, '');
    if (text === '') return;
    if (this.header === undefined) this.header = namesOf(text, Object.values(column));
    else if (this.summaryHeader === undefined && !text.startsWith('`'))
      this.summaryHeader = namesOf(text, Object.values(summaryColumn));
    else if (this.summaryHeader === undefined) this.trade(valuesOf(text, this.header));
    else if (this.summary === undefined) this.summary = valuesOf(text, this.summaryHeader);
    else throw unreadable();
  }

  /** @throws ChannelError when sums and rows disagree */
  end(): readonly BillRow[] {
    if (this.summary === undefined || this.summaryHeader === undefined) throw unreadable();
    const said = (name: string): string => valueOf(this.summary ?? [], this.summaryHeader ?? [], name);
    const agrees =
      /^\d{1,12}(\.0+)?$/.test(said(summaryColumn.count)) &&
      Number(said(summaryColumn.count)) === this.lines &&
      fenOf(said(summaryColumn.ordered)) === this.orderedFen &&
      fenOf(said(summaryColumn.refunded)) === this.refundedFen;
    // rule: wechat-pay-bill-sums-agree
    if (!agrees) throw new ChannelError('untrusted', 'BILL_SUMS');
    return this.rows;
  }

  private trade(values: readonly string[]): void {
    const value = (name: string): string => valueOf(values, this.header ?? [], name);
    const ordered = fenOf(value(column.ordered));
    const refunded = fenOf(value(column.refunded));
    this.lines += 1;
    this.orderedFen += ordered;
    this.refundedFen += refunded;
    const isPayment = value(column.state) === 'SUCCESS';
    // A refund that failed moved nothing.
    if (!isPayment && value(column.refundState) === 'FAIL') return;
    this.rows.push({
      about: isPayment ? 'payment' : 'refund',
      channelNumber: value(column.channelNumber),
      refundNumber: isPayment ? null : numberOrNull(value(column.refundNumber)),
      transactionId: value(column.transactionId),
      amountFen: isPayment ? ordered : refunded,
      at: instantOf(value(column.at)),
    });
  }
}

function namesOf(text: string, needed: readonly string[]): readonly string[] {
  const names = text.split(',');
  if (needed.some((name) => !names.includes(name))) throw unreadable();
  return names;
}

/** Values may have commas in them, but none with a backtick after it. */
function valuesOf(text: string, names: readonly string[]): readonly string[] {
  const values = text.startsWith('`') ? text.slice(1).split(',`') : [];
  if (values.length !== names.length) throw unreadable();
  return values;
}

function valueOf(values: readonly string[], names: readonly string[], name: string): string {
  return values[names.indexOf(name)] ?? '';
}

function numberOrNull(text: string): string | null {
  return text === '' || text === '0' ? null : text;
}

function fenOf(yuan: string): number {
  try {
    return fenOfYuanText(yuan);
  } catch {
    throw unreadable();
  }
}

/** Shanghai's clock. */
function instantOf(text: string): Date {
  const at = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? new Date(`${text.replace(' ', 'T')}+08:00`) : undefined;
  if (at === undefined || Number.isNaN(at.getTime())) throw unreadable();
  return at;
}

function unreadable(): ChannelError {
  return new ChannelError('untrusted', 'BILL_SHAPE');
}
