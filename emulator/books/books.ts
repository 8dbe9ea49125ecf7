import { Journal } from './journal';
import type { Notice, Order, Refund } from './records';
import { Shelf, type ShelfEntry } from './shelf';

type Entry =
  | ShelfEntry
  | { readonly order: Order }
  | { readonly refund: Refund }
  | { readonly notice: Notice }
  | { readonly acknowledged: string }
  | { readonly published: string };

/**
 * The channel's own books, in memory and in a journal. Whoever changes them sees the change at once, and answers only
 * when the promise given back says that it is on disk.
 */
export class Books {
  private readonly orders = new Map<string, Order>();
  private readonly numberOfTransaction = new Map<string, string>();
  private readonly numbersOfAttach = new Map<string, Set<string>>();
  private readonly refundsByNumber = new Map<string, Refund>();
  private readonly refundNumbersOf = new Map<string, Set<string>>();
  private readonly open = new Map<string, Notice>();
  private readonly days = new Set<string>();
  private readonly shelves = new Map<string, Shelf<unknown>>();

  private constructor(private journal: Journal | undefined) {}

  static async open(path: string, failed: (error: unknown) => void): Promise<Books> {
    const books = new Books(undefined);
    for (const entry of await Journal.read(path)) books.apply(entry as Entry);
    books.journal = await Journal.begin(path, books.entries(), failed);
    return books;
  }

  /** The records of one kind; always the same shelf for one name. */
  shelf<T>(name: string): Shelf<T> {
    const there = this.shelves.get(name) ?? new Shelf<unknown>(name, (entry) => this.save(entry));
    this.shelves.set(name, there);
    return there as Shelf<T>;
  }

  order(outTradeNo: string): Order | undefined {
    return this.orders.get(outTradeNo);
  }

  orderOfTransaction(transactionId: string): Order | undefined {
    const number = this.numberOfTransaction.get(transactionId);
    return number === undefined ? undefined : this.orders.get(number);
  }

  ordersOfAttach(attach: string): Order[] {
    return this.ordersOf(this.numbersOfAttach.get(attach) ?? []);
  }

  /** Oldest first. */
  allOrders(): IterableIterator<Order> {
    return this.orders.values();
  }

  newestOrders(limit: number): Order[] {
    return newest(this.orders, limit);
  }

  newestRefunds(limit: number): Refund[] {
    return newest(this.refundsByNumber, limit);
  }

  refund(outRefundNo: string): Refund | undefined {
    return this.refundsByNumber.get(outRefundNo);
  }

  refundsOf(outTradeNo: string): Refund[] {
    const numbers = [...(this.refundNumbersOf.get(outTradeNo) ?? [])];
    return numbers.flatMap((number) => this.refundsByNumber.get(number) ?? []);
  }

  allRefunds(): IterableIterator<Refund> {
    return this.refundsByNumber.values();
  }

  openNotices(): Notice[] {
    return [...this.open.values()];
  }

  isPublished(day: string): boolean {
    return this.days.has(day);
  }

  saveOrder(order: Order): Promise<void> {
    return this.save({ order });
  }

  saveRefund(refund: Refund): Promise<void> {
    return this.save({ refund });
  }

  saveNotice(notice: Notice): Promise<void> {
    return this.save({ notice });
  }

  /** Acknowledged, or given up. */
  endNotice(id: string): Promise<void> {
    return this.save({ acknowledged: id });
  }

  publish(day: string): Promise<void> {
    return this.save({ published: day });
  }

  async close(): Promise<void> {
    await this.journal?.close();
  }

  private save(entry: Entry): Promise<void> {
    if (this.journal === undefined) throw new Error('the books are not open');
    this.apply(entry);
    return this.journal.append(entry);
  }

  private apply(entry: Entry): void {
    if ('shelf' in entry) this.shelf(entry.shelf).apply(entry);
    else if ('order' in entry) this.applyOrder(entry.order);
    else if ('refund' in entry) this.applyRefund(entry.refund);
    else if ('notice' in entry) this.open.set(entry.notice.id, entry.notice);
    else if ('acknowledged' in entry) this.open.delete(entry.acknowledged);
    else this.days.add(entry.published);
  }

  private applyOrder(order: Order): void {
    this.orders.set(order.outTradeNo, order);
    if (order.transactionId !== null) this.numberOfTransaction.set(order.transactionId, order.outTradeNo);
    if (order.attach !== '') addTo(this.numbersOfAttach, order.attach, order.outTradeNo);
  }

  private applyRefund(refund: Refund): void {
    this.refundsByNumber.set(refund.outRefundNo, refund);
    addTo(this.refundNumbersOf, refund.outTradeNo, refund.outRefundNo);
  }

  private ordersOf(numbers: Iterable<string>): Order[] {
    return [...numbers].flatMap((number) => this.orders.get(number) ?? []);
  }

  private *entries(): Generator<Entry> {
    for (const order of this.orders.values()) yield { order };
    for (const refund of this.refundsByNumber.values()) yield { refund };
    for (const notice of this.open.values()) yield { notice };
    for (const published of this.days) yield { published };
    for (const shelf of this.shelves.values()) yield* shelf.written();
  }
}

function addTo(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values === undefined) index.set(key, new Set([value]));
  else values.add(value);
}

/** Maps keep the order in which keys came. */
const newest = <T>(records: ReadonlyMap<string, T>, limit: number): T[] =>
  limit === 0 ? [] : [...records.values()].slice(-limit).reverse();
