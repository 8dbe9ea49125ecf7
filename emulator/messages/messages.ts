import { z } from 'zod';
import type { Books } from '../books/books';
import type { Shelf } from '../books/shelf';
import { reference } from '../bank/transfers';

export const messageBody = z
  .strictObject({
    id: reference,
    channel: z.enum(['mail', 'sms']),
    to: z.string().min(3).max(254),
    subject: z.string().regex(/^[^\r\n]{1,120}$/u),
    text: z.string().min(1).max(2_000),
  })
  .refine(({ channel, to }) => (channel === 'sms' ? /^1[3-9]\d{9}$/ : /^[^\s@]+@[^\s@]+$/).test(to), { path: ['to'] });
type Order = z.infer<typeof messageBody>;

export interface Message extends Order {
  readonly at: number;
}

/** Mail and SMS that were taken for delivery. */
export class Messages {
  private readonly shelf: Shelf<Message>;

  constructor(books: Books) {
    this.shelf = books.shelf('messages');
  }

  /** The same id is one message: what comes under it later, in whatever words, has been taken already. */
  async send(order: Order): Promise<{ id: string }> {
    if (this.shelf.get(order.id) === undefined) await this.shelf.put(order.id, { ...order, at: Date.now() });
    return { id: order.id };
  }

  /** Newest first. */
  sentTo(to: string | undefined): readonly Message[] {
    return this.shelf
      .all()
      .filter((message) => to === undefined || message.to === to)
      .reverse();
  }
}
