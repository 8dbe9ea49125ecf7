import { randomBytes } from 'node:crypto';
import type { Books } from '../books/books';
import type { Order } from '../books/records';
import type { Notifier } from '../notifications/notifier';
import { channelNumber, isPaid, stateOf } from './orders';

/** What somebody at the controls cannot do now. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';

  constructor(
    readonly status: 404 | 409,
    message: string,
  ) {
    super(message);
  }
}

export interface PayOptions {
  readonly notify: boolean;
  /** Although the order is closed: as when the close was lost on its way inside the channel. */
  readonly force: boolean;
}

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
    const paid: Order = {
      ...order,
      state: 'SUCCESS',
      transactionId: channelNumber('42000'),
      paidAt: Math.floor(Date.now() / 1_000) * 1_000,
      openid: `o${randomBytes(20).toString('base64url')}`,
    };
    const written = [this.books.saveOrder(paid)];
    if (options.notify) written.push(this.notifier.announce('payment', outTradeNo));
    await Promise.all(written);
    return paid;
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
    setTimeout(() => void this.pay(outTradeNo, { notify: true, force: true }), afterMs);
  }

  private known(outTradeNo: string): Order {
    const order = this.books.order(outTradeNo);
    if (order === undefined) throw new NotPossible(404, `no order has the number ${outTradeNo}`);
    return order;
  }
}
