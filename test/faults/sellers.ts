import { firstRow, rows } from '../../db/connection';
import { controlsOf, SellerJourney, somebody, someCompany, type Caller } from '../support/seller-journey';
import { insist } from './insist';
import { until } from './until';
import type { World } from './world';

/** As a careful client calls: with the same key until it is told. */
export const patiently: Caller = async (call) => (await insist(call)).reply;

/** A seller of this world, at the beginning of its way in. */
export function enteredSeller(world: World): Promise<SellerJourney> {
  return SellerJourney.begin(world.url, controlsOf(world.channel.url), somebody(), someCompany(), patiently);
}

/** With a transfer that has arrived, whose amount it is to tell. */
export async function sellerWithTransfer(world: World): Promise<SellerJourney> {
  const seller = await enteredSeller(world);
  await seller.awaitTransfer();
  return seller;
}

export async function verifiedSeller(world: World): Promise<SellerJourney> {
  const seller = await enteredSeller(world);
  await seller.verify();
  return seller;
}

/** Its fee can be paid. */
export async function sellerWithFee(world: World): Promise<SellerJourney> {
  const seller = await verifiedSeller(world);
  await seller.inform();
  return seller;
}

/** With a paid fee, in the seller centre. */
export async function paidSeller(world: World): Promise<SellerJourney> {
  const seller = await sellerWithFee(world);
  await seller.payFee();
  return seller;
}

export async function verificationOf(world: World, { onboardingId }: SellerJourney): Promise<string> {
  const sql = 'select verification_id as id from seller_onboardings where id = :onboardingId';
  return (await firstRow<{ id: string }>(world.db, sql, { onboardingId }))?.id ?? '';
}

export async function feeOf(world: World, { sellerId }: SellerJourney, year = 1): Promise<string> {
  const sql = 'select id from certification_fees where seller_id = :sellerId and year = :year';
  return (await firstRow<{ id: string }>(world.db, sql, { sellerId, year }))?.id ?? '';
}

/** The one answer says this of a requirement. */
export async function requirementIs(
  seller: SellerJourney,
  key: string,
  as: { readonly state: string; readonly whoseTurn?: string },
): Promise<boolean> {
  const { state, whoseTurn } = await seller.requirement(key);
  return state === as.state && (as.whoseTurn === undefined || whoseTurn === as.whoseTurn);
}

/** How often this happened to a seller's cases. */
export async function timesOf(world: World, { sellerId }: SellerJourney, act: string): Promise<number> {
  const events = await rows(
    world.db,
    `select 1 from case_events e join process_cases c on c.id = e.case_id where c.seller_id = :sellerId and e.act = :act`,
    { sellerId, act },
  );
  return events.length;
}

/** The bank was asked for one transfer, under the one reference, and it arrived once. */
export async function expectOneTransfer(world: World, seller: SellerJourney): Promise<void> {
  const { accountNumber } = seller.personal;
  const { items } = await seller.outside('GET', '/transfers/orders');
  const ours = (items as { accountNumber: string; reference: string; state: string }[]).filter(
    (transfer) => transfer.accountNumber === accountNumber,
  );
  const reference = await verificationOf(world, seller);
  expect(ours).toEqual([expect.objectContaining({ reference, state: 'sent' })]);
  expect(await world.channel.transfers(accountNumber)).toHaveLength(1);
}

/** The channel has one application with so many forms, under the seller's own number. */
export async function expectOneApplication(seller: SellerJourney, channel: string, forms: number): Promise<void> {
  const { items } = await seller.outside('GET', `/merchant-applications?reference=${seller.sellerId}`);
  const there = (items as { channel: string; forms: number }[]).filter((one) => one.channel === channel);
  expect(there).toEqual([expect.objectContaining({ forms, reference: seller.sellerId })]);
}

/** The seller was told once, and one message went out for each notice. */
export async function expectTold(world: World, { personal, sellerId }: SellerJourney, kind: string): Promise<void> {
  const notices = () =>
    rows<{ id: string; kind: string; waits: boolean }>(
      world.db,
      `select n.id, n.kind, bool_or(d.state = 'waiting') as waits
         from sellers s join notices n on n.account_id = s.account_id join notice_deliveries d on d.notice_id = n.id
        where s.id = :sellerId group by n.id`,
      { sellerId },
    );
  await until('every message went out, or never will', async () => (await notices()).every(({ waits }) => !waits));
  const told = await notices();
  expect(told.filter((one) => one.kind === kind)).toHaveLength(1);
  const messages = await world.channel.messages(personal.mobile);
  expect(messages.map(({ id }) => id).sort()).toEqual(told.map(({ id }) => `${id}-sms`).sort());
}
