import { randomBytes } from 'node:crypto';
import type { Books } from '../books/books';
import type { Order } from '../books/records';
import { NotPossible } from '../not-possible';
import type { Notifier } from '../notifications/notifier';
import { newNumber } from './numbers';
import { isPaid, stateOf } from './orders';

export interface PayOptions {
  readonly notify: boolean;
  /** Although the order is closed: as when the close was lost on its way inside the channel. */
  readonly force: boolean;
}

export interface UnaskedOrder {
  readonly amountFen: number;
  readonly channelNumber?: string | undefined;
  readonly attach: string;
  readonly description: string;
  /** RFC 3339; now when absent. */
  readonly paidAt?: string | undefined;
}

/** What an order has once it is paid. The channel tells whole seconds. */
const payment = (at: number) =>
  ({
    state: 'SUCCESS',
    transactionId: newNumber('42000'),
    paidAt: Math.floor(at / 1_000) * 1_000,
    openid: `o${randomBytes(20).toString('base64url')}`,
  }) as const;

/** The buyer with a phone: pays, or is refused. */
export class Payers {
  constructor(
    private readonly books: Books,
    private readonly notifier: Notifier,
  ) {}

  /** Paying twice is paying once: an order takes money one time. @throws NotPossible */
  async pay(outTradeNo: string, options: PayOptions): Promise<Order> {
    const order = this.known(outTradeNo);
    if (isPaid(order)) return order;
    if (stateOf(order) === 'CLOSED' && !options.force)
      throw new NotPossible(409, 'the order is closed; {"force":true} pays it nevertheless');
    const paid: Order = { ...order, ...payment(Date.now()) };
    const written = [this.books.saveOrder(paid)];
    if (options.notify) written.push(this.notifier.announce('TRANSACTION.SUCCESS', outTradeNo));
    await Promise.all(written);
    return paid;
  }

  /** A paid order that no merchant's request has made, as a bill may show one. Nobody is told. @throws NotPossible */
  async payUnasked(unasked: UnaskedOrder): Promise<Order> {
    const outTradeNo = unasked.channelNumber ?? `x${randomBytes(14).toString('hex')}`;
    if (this.books.order(outTradeNo) !== undefined) throw new NotPossible(409, `${outTradeNo} is an order already`);
    const at = unasked.paidAt === undefined ? Date.now() : Date.parse(unasked.paidAt);
    const order: Order = {
      outTradeNo,
      description: unasked.description,
      attach: unasked.attach,
      notifyUrl: '',
      total: unasked.amountFen,
      createdAt: at,
      expiresAt: at,
      codeUrl: '',
      terms: '',
      ...payment(at),
    };
    await this.books.saveOrder(order);
    return order;
  }

  /** The bank says no; the buyer may try again. @throws NotPossible */
  async refuse(outTradeNo: string): Promise<Order> {
    const order = this.known(outTradeNo);
    const state = stateOf(order);
    if (state !== 'NOTPAY' && state !== 'PAYERROR' && state !== 'USERPAYING')
      throw new NotPossible(409, `nobody is paying: ${state}`);
    const refused: Order = { ...order, state: 'PAYERROR' };
    await this.books.saveOrder(refused);
    return refused;
  }

  /** The buyer is typing the password, and has paid a moment later. */
  async finishPaying(outTradeNo: string, afterMs: number): Promise<void> {
    const order = this.books.order(outTradeNo);
    if (order === undefined || isPaid(order)) return;
    await this.books.saveOrder({ ...order, state: 'USERPAYING' });
    this.payLater(outTradeNo, afterMs);
  }

  /** Whoever was paying when the process ended has paid. */
  resume(): void {
    for (const order of this.books.allOrders()) if (order.state === 'USERPAYING') this.payLater(order.outTradeNo, 0);
  }

  private payLater(outTradeNo: string, afterMs: number): void {
    const pay = async (): Promise<void> => {
      if (this.books.order(outTradeNo)?.state !== 'USERPAYING') return;
      await this.pay(outTradeNo, { notify: true, force: true });
    };
    setTimeout(() => void pay(), afterMs).unref();
  }

  private known(outTradeNo: string): Order {
    const order = this.books.order(outTradeNo);
    if (order === undefined) throw new NotPossible(404, `no order has the number ${outTradeNo}`);
    return order;
  }
}
