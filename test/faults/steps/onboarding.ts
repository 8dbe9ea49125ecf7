import { firstRow, run } from '../../../db/connection';
import { documentOf } from '../../support/sellers';
import { signUp, somebody, tickedAgreement, type SellerJourney } from '../../support/seller-journey';
import { claimOf, type Action, type StepDefinition, type Subject } from '../action';
import { RowLock } from '../row-lock';
import {
  enteredSeller,
  expectOneTransfer,
  expectTold,
  patiently,
  requirementIs,
  sellerWithFee,
  sellerWithTransfer,
  timesOf,
  verificationOf,
  verifiedSeller,
} from '../sellers';
import { until } from '../until';
import type { World } from '../world';
import { clockIsSet } from './clock';

const subject: Subject = { table: 'seller_onboardings', path: '', workflow: 'seller-onboarding', clock: [] };

type Rest = Pick<Action, 'key' | 'call' | 'reaches'> & Partial<Action>;

function upon(world: World, { seller, onboardingId }: SellerJourney, rest: Rest): Action {
  return {
    ...{ subject, client: seller, status: 200, next: null },
    lock: () => RowLock.take(world.engines.databaseUrl, 'seller_onboardings', onboardingId),
    arm: () => Promise.resolve(),
    subjectId: () => Promise.resolve(onboardingId),
    ...rest,
  };
}

/** The stage, and what it waits for. */
const verification = 'enterprise_verification';

/** By an account of its own; the agreement everybody signs is held. */
async function enter(world: World, key: string): Promise<Action> {
  const client = await signUp(world.url, somebody(), patiently);
  const ticked = await tickedAgreement(client);
  const subjectId = async () => (await until('the claim', () => claimOf(world, key))).resourceId;
  return {
    ...{ subject, key, client, status: 201, reaches: verification, next: null, subjectId },
    call: () => client.post('/v1/seller-onboardings', ticked, { key }),
    lock: () => RowLock.take(world.engines.databaseUrl, 'agreement_versions', ticked['agreementVersion'] as string),
    arm: () => Promise.resolve(),
    stands: async () => (await client.get(`/v1/seller-onboardings/${await subjectId()}`)).body.stage === verification,
    afterwards: async () => {
      const { body } = await client.get('/v1/seller-onboardings');
      expect((body.items as { id: string }[]).map(({ id }) => id)).toEqual([await subjectId()]);
    },
  };
}

async function submitVerification(world: World, key: string): Promise<Action> {
  const seller = await enteredSeller(world);
  const form = await seller.verificationForm();
  return upon(world, seller, {
    ...{ key, reaches: verification, act: 'submit_verification' },
    call: () => seller.seller.post(`${seller.path}/verification`, form, { key }),
    // It goes on by itself, as far as the seller's turn.
    stands: () => requirementIs(seller, verification, { state: 'in_progress', whoseTurn: 'seller' }),
    afterwards: () => expectOneTransfer(world, seller),
  });
}

/** A company the registry does not know, until it is told. */
async function unknownCompany(world: World): Promise<SellerJourney> {
  const seller = await enteredSeller(world);
  const { code, name } = seller.company;
  await world.channel.putEnterprise(code, { name, legalRepresentative: '', state: 'unknown' });
  await seller.post('verification', await seller.verificationForm());
  await until('the registry did not find it', async () => (await legsOf(world, seller))?.registry === 'not_found');
  return seller;
}

interface Legs {
  readonly registry: string;
  readonly proof: string;
  readonly state: string;
}

async function legsOf(world: World, seller: SellerJourney): Promise<Legs | undefined> {
  const sql = 'select registry, proof, state from enterprise_verifications where id = :id';
  return firstRow<Legs>(world.db, sql, { id: await verificationOf(world, seller) });
}

const workflowIdOf = ({ onboardingId }: SellerJourney): string => `seller-onboarding:${onboardingId}`;

/** Moves a verification to where it owes the next question at that time, and lets its run know. */
async function oweIn(world: World, seller: SellerJourney, columns: string, inMs: number): Promise<void> {
  const sql = `update enterprise_verifications set ${columns} = now() + make_interval(secs => :inS) where id = :id`;
  await run(world.db, sql, { id: await verificationOf(world, seller), inS: inMs / 1_000 });
  await clockIsSet(world, workflowIdOf(seller));
}

async function askRegistry(world: World, key: string): Promise<Action> {
  const seller = await unknownCompany(world);
  return upon(world, seller, {
    ...{ key, call: null, reaches: verification, act: 'registry_agrees', carriedOutBy: 'activity', trace: 'activity' },
    arm: async (dueInMs) => {
      const { code, name } = seller.company;
      await world.channel.putEnterprise(code, { name, legalRepresentative: '', state: 'active' });
      await oweIn(world, seller, 'registry_next_at', dueInMs);
    },
    happened: async () => (await legsOf(world, seller))?.registry === 'agreed',
    stands: () => requirementIs(seller, verification, { state: 'in_progress', whoseTurn: 'seller' }),
    afterwards: () => expectOneTransfer(world, seller),
  });
}

/** The bank has it before its own row is written: what is held is the answer. */
async function sendTransfer(world: World, key: string): Promise<Action> {
  const seller = await unknownCompany(world);
  return upon(world, seller, {
    ...{ key, call: null, reaches: verification, act: 'transfer_arrives' },
    ...{ carriedOutBy: 'activity', trace: 'activity' },
    arm: (dueInMs) => oweIn(world, seller, `registry = 'agreed', registry_next_at = null, proof_next_at`, dueInMs),
    happened: async () => (await legsOf(world, seller))?.proof === 'begun',
    stands: () => requirementIs(seller, verification, { state: 'in_progress', whoseTurn: 'seller' }),
    afterwards: () => expectOneTransfer(world, seller),
  });
}

async function tellAmount(world: World, key: string): Promise<Action> {
  const seller = await sellerWithTransfer(world);
  const amountFen = await seller.arrivedFen();
  return upon(world, seller, {
    ...{ key, reaches: verification, act: 'enter_amount' },
    call: () => seller.seller.post(`${seller.path}/verification/transfer-amount`, { amountFen }, { key }),
    stands: () => requirementIs(seller, verification, { state: 'met' }),
    afterwards: async () => {
      expect(await timesOf(world, seller, 'verified')).toBe(1);
      await expectOneTransfer(world, seller);
      await expectTold(world, seller, 'verification_met');
    },
  });
}

async function withdraw(world: World, key: string): Promise<Action> {
  const seller = await sellerWithTransfer(world);
  return upon(world, seller, {
    ...{ key, reaches: verification, act: 'withdraw_verification' },
    call: () => seller.seller.post(`${seller.path}/verification/withdraw`, undefined, { key }),
    stands: () => requirementIs(seller, verification, { state: 'not_started', whoseTurn: 'seller' }),
    afterwards: () => expectOneTransfer(world, seller),
  });
}

async function inform(world: World, key: string): Promise<Action> {
  const seller = await verifiedSeller(world);
  const form = { ...seller.informationForm(), bankProofDocumentId: await documentOf(seller.seller) };
  return upon(world, seller, {
    ...{ key, reaches: 'certification_fee' },
    call: () => seller.seller.post(`${seller.path}/company-information`, form, { key }),
    stands: () => requirementIs(seller, 'company_information', { state: 'met' }),
    afterwards: async () => {
      const sql = 'select state from certification_fees where seller_id = :sellerId';
      expect(await firstRow(world.db, sql, { sellerId: seller.sellerId })).toEqual({ state: 'unpaid' });
    },
  });
}

async function defer(world: World, key: string): Promise<Action> {
  const seller = await sellerWithFee(world);
  return upon(world, seller, {
    ...{ key, reaches: 'seller_centre' },
    call: () => seller.seller.post(`${seller.path}/certification-fee/defer`, undefined, { key }),
    stands: () => requirementIs(seller, 'seller_centre', { state: 'met' }),
    afterwards: async () => {
      expect((await seller.seller.get('/v1/me')).body.roles).toEqual(['seller']);
      await expectTold(world, seller, 'seller_centre_open');
    },
  });
}

/** Nobody told the amount in time. */
async function proofOver(world: World, key: string): Promise<Action> {
  const seller = await sellerWithTransfer(world);
  const id = await verificationOf(world, seller);
  return upon(world, seller, {
    ...{ key, call: null, reaches: verification, act: 'proof_fails' },
    arm: async (dueInMs) => {
      const due = { id, onboardingId: seller.onboardingId, inS: dueInMs / 1_000 };
      const at = 'now() + make_interval(secs => :inS)';
      await world.db.transaction(async (trx) => {
        await run(trx, `update enterprise_verifications set due_at = ${at} where id = :id`, due);
        await run(trx, `update process_cases set due_at = ${at} where subject_id = :onboardingId`, due);
      });
      await clockIsSet(world, workflowIdOf(seller));
    },
    happened: async () => (await legsOf(world, seller))?.state === 'action_needed',
    stands: () => requirementIs(seller, verification, { state: 'action_needed', whoseTurn: 'seller' }),
    afterwards: () => expectTold(world, seller, 'verification_action_needed'),
  });
}

export const onboardingSteps = {
  enter: { byClock: false, prepare: enter },
  submitVerification: { byClock: false, prepare: submitVerification },
  askRegistry: { byClock: true, prepare: askRegistry },
  sendTransfer: { byClock: true, prepare: sendTransfer },
  tellAmount: { byClock: false, prepare: tellAmount },
  withdrawVerification: { byClock: false, prepare: withdraw },
  submitInformation: { byClock: false, prepare: inform },
  deferFee: { byClock: false, prepare: defer },
  proofOver: { byClock: true, prepare: proofOver },
} as const satisfies Record<string, StepDefinition>;
