import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../db/connection';
import { reloadSignalName } from '../../workflows/shared/messages';
import type { Reply } from '../support/http-client';
import { insist, nameOf } from './insist';
import type { Random } from './random';
import { benefitId } from './steps/purchase';
import { until } from './until';
import type { World } from './world';

/** The engine waits up to ten minutes before it tries a run again whose tasks timed out several times. */
const patienceMs = 660_000;

interface Open {
  readonly purchaseId: string;
  readonly paymentId: string;
  readonly channelNumber: string;
}

/** What buyers did and met in one run, and what they were told. */
export interface Tally {
  /** Calls that were sent and not answered yet. */
  underWay: number;
  readonly met: string[];
  readonly fates: Map<Fate, number>;
  readonly told: { readonly purchaseId: string; readonly state: string }[];
}

export type Fate = keyof typeof fates;

/** What a buyer does with one order, from the first call to the last; what becomes of it is for the product to settle. */
const fates = {
  pays: async (buyer, of) => buyer.pay(of),
  paysTwice: async (buyer, of) => {
    await buyer.pay(of);
    await buyer.channel('is told again', (channel) => channel.notify(of.channelNumber, { times: 3 }));
  },
  paysLate: async (buyer, of) => {
    await buyer.cancel(of);
    await buyer.pay(of, { force: true });
  },
  paysWhileItIsCancelled: async (buyer, of) => {
    await Promise.all([buyer.cancel(of), buyer.pay(of)]);
  },
  cancels: async (buyer, of) => buyer.cancel(of),
  paysWhileItExpires: async (buyer, of) => {
    await Promise.all([buyer.expire(of), buyer.pay(of)]);
  },
  expires: async (buyer, of) => buyer.expire(of),
  isRefusedAndLeaves: async (buyer, of) => {
    await buyer.refuse(of);
    await buyer.cancel(of);
  },
  isRefusedAndPays: async (buyer, of) => {
    const again = await buyer.tryAgain(of);
    if (again !== undefined) await buyer.pay(again);
  },
  paysBothAttempts: async (buyer, of) => {
    const again = await buyer.tryAgain(of);
    await Promise.all([buyer.pay(of, { force: true }), again === undefined ? undefined : buyer.pay(again)]);
  },
  paysFromBalance: async (buyer, of) => buyer.switch(of),
  paysWhileItIsSwitched: async (buyer, of) => {
    await Promise.all([buyer.switch(of), buyer.pay(of)]);
  },
} as const satisfies Record<string, (buyer: Buyer, of: Open) => Promise<unknown>>;

/** Most people just pay. */
const choices = [...Array.from({ length: 8 }, () => 'pays' as const), ...(Object.keys(fates) as Fate[])];

/** Buys one order after another, each to another end. */
export class Buyer {
  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {}

  async buy(): Promise<void> {
    const fate = this.random.pick(choices);
    this.tally.fates.set(fate, (this.tally.fates.get(fate) ?? 0) + 1);
    const body = { benefitId: await benefitOf(this.world), quantity: this.random.between(1, 4) };
    const placed = await this.command('/v1/purchases', body);
    expect(placed.status).toBe(201);
    const open = await this.open(placed.body.id as string);
    if (open !== undefined) await fates[fate](this, open);
  }

  /** Until somebody can pay; undefined when the order has come to its end otherwise. */
  private async open(purchaseId: string, notThis?: string): Promise<Open | undefined> {
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const reply = await this.command(`/v1/purchases/${purchaseId}/pay`, { method: 'wechat_native' });
      if (nameOf(reply) === '409 WRONG_STATE') return undefined;
      expect(nameOf(reply)).toBe('200');
      const paymentId = reply.body.payment?.id as string | undefined;
      if (paymentId === undefined) return undefined;
      // An attempt may fail at the channel: then it is asked for once more.
      const body = await until('an attempt is open', () => this.lookAt(paymentId, notThis), 10_000, 200).catch(
        () => null,
      );
      if (body !== null) return { purchaseId, paymentId, channelNumber: body.channelNumber as string };
    }
    throw new Error(`nobody could ever pay ${purchaseId}`);
  }

  private async lookAt(paymentId: string, notThis?: string) {
    const { status, body } = await this.world.manager.get(`/v1/payments/${paymentId}`);
    return status === 200 && body.state !== 'created' && body.channelNumber !== notThis && body;
  }

  pay(of: Open, options: { readonly force?: true } = {}): Promise<unknown> {
    return this.channel('pays', (channel) => channel.pay(of.channelNumber, options));
  }

  refuse(of: Open): Promise<unknown> {
    return this.channel('is refused', (channel) => channel.refuse(of.channelNumber));
  }

  /** Refused, and another attempt; undefined when that came too late. */
  async tryAgain(of: Open): Promise<Open | undefined> {
    await this.refuse(of);
    await until(
      'the refusal is known',
      async () => {
        const { status, body } = await this.world.manager.get(`/v1/payments/${of.paymentId}`);
        return status === 200 && body.state !== 'awaiting_payer';
      },
      patienceMs,
      200,
    );
    return this.open(of.purchaseId, of.channelNumber);
  }

  async cancel({ purchaseId }: Open): Promise<void> {
    const reply = await this.command(`/v1/purchases/${purchaseId}/cancel`);
    this.hear(purchaseId, reply, 'cancelled');
  }

  async switch({ purchaseId }: Open): Promise<void> {
    const reply = await this.command(`/v1/purchases/${purchaseId}/pay`, { method: 'balance' });
    this.hear(purchaseId, reply, 'stocked');
  }

  /** The time to pay is over. */
  async expire({ purchaseId }: Open): Promise<void> {
    const { db, temporal } = this.world;
    await until(
      'its time is over',
      async () => {
        await run(
          db,
          `update purchases set expires_at = now(), due_at = now() where id = :purchaseId and due_at is not null`,
          {
            purchaseId,
          },
        );
        await temporal.withDeadline(Date.now() + 2_000, () =>
          temporal.workflow.getHandle(`purchase:${purchaseId}`).signal(reloadSignalName),
        );
        return true;
      },
      patienceMs,
      200,
    ).catch((error: unknown) => {
      // It was over before: nobody is there to be told.
      if (!/not found|already completed/i.test((error as Error).message)) throw error;
    });
  }

  /** Whatever buyers do at the channel they try until it answers; that it refuses is an answer. */
  async channel(what: string, act: (channel: World['channel']) => Promise<unknown>): Promise<unknown> {
    const refused = /answered 40[49]/;
    return until(
      what,
      async () => {
        await act(this.world.channel).catch((error: unknown) => {
          if (!refused.test((error as Error).message)) throw error;
        });
        return true;
      },
      patienceMs,
      100,
    );
  }

  private hear(purchaseId: string, reply: Reply, wished: string): void {
    expect(['200', '409 WRONG_STATE']).toContain(nameOf(reply));
    if (reply.status === 200) this.tally.told.push({ purchaseId, state: wished });
  }

  private async command(path: string, body?: unknown): Promise<Reply> {
    const key = randomUUID();
    // So that buyers are everywhere at once, not all at the same point.
    await pause(this.random.between(0, 50));
    const call = (): Promise<Reply> => {
      this.tally.underWay += 1;
      return this.world.manager.post(path, body, { key }).finally(() => (this.tally.underWay -= 1));
    };
    const { reply, before } = await insist(call, patienceMs, ['409 PAYMENT_IN_PROGRESS']);
    this.tally.met.push(...before);
    return reply;
  }
}

const benefitOf = (world: World): Promise<string> => until('the benefit', () => benefitId(world), patienceMs, 200);
