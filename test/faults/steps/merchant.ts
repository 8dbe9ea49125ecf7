import { firstRow, run } from '../../../db/connection';
import { newId } from '../../../db/new-id';
import { documentOf } from '../../support/sellers';
import type { SellerJourney } from '../../support/seller-journey';
import type { Action, StepDefinition, Subject } from '../action';
import { RowLock } from '../row-lock';
import { expectOneApplication, paidSeller } from '../sellers';
import { until } from '../until';
import type { World } from '../world';
import { clockIsSet } from './clock';

const subject: Subject = { table: 'merchant_applications', path: '', workflow: 'merchant-id', clock: [] };

type Channel = 'wechat_pay' | 'tenpay';

interface OfChannel {
  readonly seller: SellerJourney;
  readonly channel: Channel;
}

const workflowIdOf = ({ seller, channel }: OfChannel): string => `merchant-id:${seller.sellerId}:${channel}`;

async function applicationOf(world: World, { seller, channel }: OfChannel) {
  return firstRow<{ id: string; state: string; failures: number; later: boolean }>(
    world.db,
    `select id, state, failures, next_at > now() + interval '1 minute' as later
       from merchant_applications where seller_id = :sellerId and channel = :channel`,
    { sellerId: seller.sellerId, channel },
  );
}

async function itemIs({ seller, channel }: OfChannel, states: readonly string[]): Promise<boolean> {
  const { body } = await seller.seller.get(`${seller.path}/merchant-ids`);
  const item = (body.items as { channel: string; state: string }[]).find((one) => one.channel === channel);
  return item !== undefined && states.includes(item.state);
}

async function applied(seller: SellerJourney, channels: readonly Channel[]): Promise<void> {
  await seller.post('merchant-ids', { channels, form: await formOf(seller) });
}

export const formOf = async (seller: SellerJourney): Promise<Record<string, unknown>> =>
  seller.merchantForm(await documentOf(seller.seller));

/** The channel's staff does so with the application it has. */
async function staff(of: OfChannel, ...acts: readonly (readonly [string, unknown])[]): Promise<void> {
  const { id } = await until('the channel has it', () => of.seller.application(of.channel) as Promise<{ id: string }>);
  for (const [act, body] of acts) await of.seller.outside('POST', `/merchant-applications/${id}/${act}`, body);
}

/** Approved, signed, and then left alone for long. */
async function opens(of: OfChannel): Promise<void> {
  await staff(of, ['approve', {}], ['sign', {}]);
  await until(`${of.channel} is open`, () => itemIs(of, ['opened']));
}

/** What its run owes next is moved to then, and nothing else is under way. */
async function oweIn(world: World, of: OfChannel, inMs: number): Promise<void> {
  const sql = `update merchant_applications set next_at = now() + make_interval(secs => :inS)
                where seller_id = :sellerId and channel = :channel`;
  await run(world.db, sql, { sellerId: of.seller.sellerId, channel: of.channel, inS: inMs / 1_000 });
  await clockIsSet(world, workflowIdOf(of));
}

/** From now on its run waits for a far timer. */
async function oweLater(world: World, of: OfChannel): Promise<void> {
  await until('its clock is set', async () => {
    await oweIn(world, of, 3_600_000);
    // A call of the channel that was under way has set its own time meanwhile.
    return (await applicationOf(world, of))?.later;
  });
}

type Rest = Pick<Action, 'key' | 'call' | 'reaches'> & Partial<Action>;

async function upon(world: World, of: OfChannel, rest: Rest): Promise<Action> {
  const { id = '' } = (await applicationOf(world, of)) ?? {};
  return {
    ...{ subject, client: of.seller.seller, status: 200, next: null, workflowId: workflowIdOf(of) },
    lock: () => RowLock.take(world.engines.databaseUrl, 'merchant_applications', id),
    arm: () => Promise.resolve(),
    subjectId: () => Promise.resolve(id),
    ...rest,
  };
}

/** Of one claim two runs; the place of one application is taken, by what is never committed. */
async function apply(world: World, key: string): Promise<Action> {
  const seller = await paidSeller(world);
  const form = await formOf(seller);
  const places: readonly OfChannel[] = [
    { seller, channel: 'wechat_pay' },
    { seller, channel: 'tenpay' },
  ];
  const [first] = places as [OfChannel];
  const id = newId('merchantApplication');
  const submission = `insert into merchant_submissions
      (id, seller_id, account_id, channels, licence_document_id, form_key_id, form_ciphertext)
    select $1, id, account_id, array['wechat_pay'], $3, 'none', '' from sellers where id = $2`;
  const application = `insert into merchant_applications (id, seller_id, channel, state, request_number, submission_id)
    values ($1, $2, 'wechat_pay', 'submitted', $2, $1)`;
  return upon(world, first, {
    ...{ key, reaches: 'submitted' },
    call: () =>
      seller.seller.post(`${seller.path}/merchant-ids`, { channels: ['wechat_pay', 'tenpay'], form }, { key }),
    lock: () =>
      RowLock.hold(world.engines.databaseUrl, [
        { sql: submission, values: [id, seller.sellerId, form['licenceDocumentId'] as string] },
        { sql: application, values: [id, seller.sellerId] },
      ]),
    subjectId: async () => (await until('an application is there', () => applicationOf(world, first))).id,
    stands: () => itemIs(first, ['submitted', 'in_review']),
    afterwards: async () => {
      for (const of of places) {
        await opens(of);
        await expectOneApplication(seller, of.channel, 1);
      }
    },
  });
}

/** The channel has the form before its own row is written: what is held is the answer. */
async function handIn(world: World, key: string): Promise<Action> {
  const of: OfChannel = { seller: await paidSeller(world), channel: 'tenpay' };
  // Nobody else's step goes to this channel before it is armed.
  await world.channel.fault('500', { target: 'merchant', on: 'tenpay_submit', times: 1_000_000 });
  await applied(of.seller, ['tenpay']);
  await until('the form was tried', async () => ((await applicationOf(world, of))?.failures ?? 0) > 0);
  await oweLater(world, of);
  return upon(world, of, {
    ...{ key, call: null, reaches: 'in_review', carriedOutBy: 'activity', trace: 'activity' },
    arm: async (dueInMs) => {
      await world.channel.clearFaults();
      await oweIn(world, of, dueInMs);
    },
    happened: async () => (await applicationOf(world, of))?.state !== 'submitted',
    stands: () => itemIs(of, ['in_review']),
    afterwards: async () => {
      await opens(of);
      await expectOneApplication(of.seller, of.channel, 1);
    },
  });
}

async function resubmit(world: World, key: string): Promise<Action> {
  const of: OfChannel = { seller: await paidSeller(world), channel: 'wechat_pay' };
  const { seller, channel } = of;
  await applied(seller, [channel]);
  await staff(of, ['reject', { reasons: [{ field: 'id_card_number', reason: '号码有误' }] }]);
  await until('it came back', () => itemIs(of, ['rejected']));
  const form = await formOf(seller);
  return upon(world, of, {
    ...{ key, reaches: 'submitted', act: 'resubmit' },
    call: () => seller.seller.post(`${seller.path}/merchant-ids/${channel}/resubmit`, { form }, { key }),
    stands: () => itemIs(of, ['submitted', 'in_review']),
    afterwards: async () => {
      await until('the form is there again', async () => (await seller.application(channel)).forms === 2);
      await opens(of);
      await expectOneApplication(seller, channel, 2);
    },
  });
}

async function verifyAccount(world: World, key: string): Promise<Action> {
  const of: OfChannel = { seller: await paidSeller(world), channel: 'wechat_pay' };
  const { seller, channel } = of;
  await applied(seller, [channel]);
  await staff(of, ['verify-account', {}]);
  await until('the account is to be verified', () => itemIs(of, ['verify_account']));
  // Else a question of its run might wait for the row in place of the command.
  await oweLater(world, of);
  const { amountFen } = (await seller.application(channel)) as { amountFen: number };
  return upon(world, of, {
    ...{ key, reaches: 'in_review', act: 'verify-account' },
    call: () => seller.seller.post(`${seller.path}/merchant-ids/${channel}/verify-account`, { amountFen }, { key }),
    stands: () => itemIs(of, ['in_review']),
    afterwards: async () => {
      await staff(of, ['remit', {}]);
      await opens(of);
      await expectOneApplication(seller, channel, 1);
    },
  });
}

export const merchantSteps = {
  applyForMerchantIds: { byClock: false, prepare: apply },
  handInMerchantForm: { byClock: true, prepare: handIn },
  resubmitMerchantForm: { byClock: false, prepare: resubmit },
  verifyAccount: { byClock: false, prepare: verifyAccount },
} as const satisfies Record<string, StepDefinition>;
