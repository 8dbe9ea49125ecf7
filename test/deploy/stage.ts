import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EmulatorControl, FaultOptions } from '../support/emulator-control';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import type { Installation } from '../support/installation';
import { payOnline, purchaseIs } from '../support/payments';
import { coupon, finished, place } from '../support/purchases';

export interface Actors {
  readonly manager: HttpClient;
  readonly operator: HttpClient;
  readonly outside: EmulatorControl;
  readonly mallflow: Installation;
}

export type Kind = 'purchase' | 'payment' | 'commodity_add' | 'stock_allocation';

/** The ids of the cases by kind, and whatever else the stage has to remember. */
export type Begun = Readonly<Partial<Record<Kind, string>>> & { readonly [more: string]: string };

/** A way through cases: how they get somewhere on the workflows of before, and how they are finished on today's. */
export interface Stage {
  readonly way: string;
  /** Where each case stands while no worker runs, and where it ends. */
  readonly cases: Readonly<Partial<Record<Kind, readonly [at: string, ends: string]>>>;
  /** Its cases were over already: what comes later begins a run of today's. */
  readonly areOver?: true;
  readonly begin: (by: Actors) => Promise<Begun>;
  /** What happens while no worker runs. */
  readonly meanwhile?: (by: Actors, begun: Begun) => Promise<void>;
  readonly finish: (by: Actors, begun: Begun) => Promise<void>;
}

/** Stages begun side by side, once these things go wrong outside; they do until the workflows have been changed. */
export interface Weather {
  readonly faults: readonly (FaultOptions & { readonly kind: string })[];
  readonly stages: readonly Stage[];
}

/** A command that must succeed; one that takes long is asked about by its key. */
export function post(as: HttpClient, path: string, body: object = {}): Promise<Body> {
  const key = randomUUID();
  return finished(() => as.post(path, body, { key }));
}

export async function order({ manager }: Pick<Actors, 'manager'>): Promise<string> {
  return (await place(manager, 1, coupon.id)).id as string;
}

export function payFromBalance({ manager }: Actors, purchaseId: string): Promise<Body> {
  return post(manager, `/v1/purchases/${purchaseId}/pay`, { method: 'balance' });
}

/** 关闭, as soon as it is stocked. */
export async function close({ manager }: Actors, { purchase = '' }: Begun): Promise<void> {
  await purchaseIs(manager, purchase, 'stocked');
  await post(manager, `/v1/purchases/${purchase}/close`);
}

export async function cancel({ manager }: Actors, { purchase = '' }: Begun): Promise<void> {
  await post(manager, `/v1/purchases/${purchase}/cancel`);
}

/** The order shows a code to scan: of a new order, or of one that is there. */
export async function showCode(by: Actors, known?: string): Promise<Begun> {
  const purchase = known ?? (await order(by));
  const { id, channelNumber } = await payOnline(by.manager, purchase);
  return { purchase, payment: id as string, number: channelNumber as string };
}

/** The same, once the payer of the first code was refused. */
export async function showSecondCode(by: Actors): Promise<Begun> {
  const first = await refused(by);
  const second = await showCode(by, first.purchase);
  return { ...second, first: first['number'] ?? '' };
}

export async function refused(by: Actors): Promise<Begun> {
  const begun = await showCode(by);
  await by.outside.refuse(begun['number'] ?? '');
  await paymentIs(by, begun, { state: 'created' });
  return begun;
}

/** Until what operators see of the payment is this. */
export async function paymentIs({ operator }: Actors, { payment = '' }: Begun, seen: object): Promise<void> {
  await eventually(
    async () => (await operator.get(`/v1/payments/${payment}`)).body,
    (body) => isDeepStrictEqual(Object.fromEntries(Object.keys(seen).map((key) => [key, body[key]])), seen),
  );
}

/** Until the payment's refunds stand so, in the order they began; their numbers. */
export async function refundsAre(
  { operator }: Actors,
  { payment = '' }: Begun,
  ...states: string[]
): Promise<string[]> {
  const { refunds } = await eventually(
    async () => (await operator.get(`/v1/payments/${payment}`)).body,
    (body) =>
      isDeepStrictEqual(
        (body.refunds as { state: string }[]).map(({ state }) => state),
        states,
      ),
  );
  return (refunds as { refundNumber: string }[]).map(({ refundNumber }) => refundNumber);
}
