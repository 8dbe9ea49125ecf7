import { randomInt } from 'node:crypto';
import { ProviderError } from '../../domain/ports/provider-error';
import type { Outside } from '../../domain/ports/outside';
import type { RegistryAnswer } from '../../domain/ports/enterprise-registry';
import type { Vault } from '../../domain/ports/vault';
import { sealedAbout } from '../../domain/shared/sealed-about';
import { clearStuck, markStuck } from '../../db/case/repository';
import type { Db } from '../../db/connection';
import { currentVerificationId } from '../../db/seller/onboarding-queries';
import { amountAbout, openDetails, verificationById, type VerificationRow } from '../../db/seller/submissions';
import {
  chooseAmount,
  recordRegistryAnswer,
  recordScan,
  recordScanBegun,
  recordTransfer,
  recordTrouble,
  type RegistryVerdict,
} from '../../db/seller/verification-legs';
import {
  sellerOnboardingWorkflowId,
  type OnboardingActInput,
  type OnboardingProviderSteps,
  type OnboardingSnapshotDto,
} from '../../workflows/seller-onboarding/contract';
import { pauseMs } from '../payment/pauses';
import { inTransaction } from '../shared/transactions';
import { onboardingSnapshot } from './snapshot';

export interface ProviderParts {
  readonly db: Db;
  readonly vault: Vault;
  readonly outside: Pick<Outside, 'registry' | 'transfers' | 'identity'>;
}

/** From this failure in a row on the case is shown as stuck: before, it may be a hiccup. */
const stuckFromFailure = 5;

/**
 * What a verification asks of outside parties. Each first reads what is to be asked, calls without a transaction, then
 * writes down the answer. A verification that stands elsewhere by then is left alone.
 */
export function createOnboardingProviderSteps(parts: ProviderParts): OnboardingProviderSteps {
  return {
    askRegistry: (input) => ask(parts, input, 'registry', askRegistry),
    sendTransfer: (input) => ask(parts, input, 'proof', sendTransfer),
    queryTransfer: (input) => ask(parts, input, 'proof', queryTransfer),
    beginScan: (input) => ask(parts, input, 'proof', beginScan),
    queryScan: (input) => ask(parts, input, 'proof', queryScan),
  };
}

interface Turn {
  readonly parts: ProviderParts;
  readonly input: OnboardingActInput;
  readonly row: VerificationRow;
}

async function ask(
  parts: ProviderParts,
  input: OnboardingActInput,
  leg: 'registry' | 'proof',
  step: (turn: Turn) => Promise<void>,
): Promise<OnboardingSnapshotDto> {
  const { db } = parts;
  const id = await currentVerificationId(db, input.onboardingId);
  const row = id === undefined ? undefined : await verificationById(db, id);
  if (row !== undefined && (row.state === 'in_progress' || row.state === 'in_review')) {
    const failures = leg === 'registry' ? row.registryFailures : row.proofFailures;
    try {
      await step({ parts, input, row });
      if (failures >= stuckFromFailure) await clearStuck(db, sellerOnboardingWorkflowId(input.onboardingId));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const askAgainInMs = pauseMs(input.policy.askAgainMs, failures);
      await inTransaction(db, (trx) => recordTrouble(trx, { verificationId: row.id, leg, askAgainInMs }));
      // rule: provider-trouble-is-shown
      if (failures + 1 >= stuckFromFailure)
        await markStuck(db, sellerOnboardingWorkflowId(input.onboardingId), `PROVIDER_${error.code}`);
    }
  }
  return onboardingSnapshot(db, input.onboardingId, input.policy);
}

function configured<P>(party: P | undefined): P {
  if (party === undefined) throw new ProviderError('busy', 'NOT_CONFIGURED');
  return party;
}

function about({ input, row }: Turn) {
  return { onboardingId: input.onboardingId, verificationId: row.id };
}

async function askRegistry(turn: Turn): Promise<void> {
  const { parts, input, row } = turn;
  if (row.registry !== 'pending' && row.registry !== 'not_found') return;
  const details = openDetails(parts.vault, row);
  const answer = await configured(parts.outside.registry).check({
    name: row.enterpriseName,
    code: row.code,
    ...(details.method === 'legal_person_scan' ? { legalRepresentative: details.legalRepresentative.name } : {}),
  });
  const { askRegistryAgainMs, accountsPerCompany } = input.policy;
  await inTransaction(parts.db, (trx) =>
    recordRegistryAnswer(trx, {
      ...about(turn),
      verdict: verdictOf(answer),
      askAgainInMs: pauseMs(askRegistryAgainMs, row.registryPolls),
      accountsPerCompany,
    }),
  );
}

/** Anything but plain agreement of a company in operation is a person's to judge. */
function verdictOf(answer: RegistryAnswer): RegistryVerdict {
  if (!answer.found) return 'not_found';
  const { name, legalRepresentative, operating } = answer;
  // rule: agreement-is-of-every-field
  return name === 'same' && legalRepresentative !== 'different' && operating === 'active' ? 'agrees' : 'differs';
}

async function sendTransfer(turn: Turn): Promise<void> {
  const { parts, input, row } = turn;
  const details = openDetails(parts.vault, row);
  if (details.method !== 'corporate_transfer' || row.proof !== 'pending') return;
  const amountFen = await amountOf(turn);
  const standing = await configured(parts.outside.transfers).send({
    reference: row.id,
    accountName: row.enterpriseName,
    ...details.bank,
    amountFen,
  });
  await noteTransfer(turn, standing, input);
}

/** 0.01–0.99 yuan by chance, chosen and stored before the bank hears of it. */
async function amountOf({ parts, input, row }: Turn): Promise<number> {
  const amount = parts.vault.seal(amountAbout(row.id), String(randomInt(1, 100)));
  await inTransaction(parts.db, (trx) =>
    chooseAmount(trx, { id: row.id, amount, tries: input.policy.triesPerTransfer }),
  );
  const chosen = (await verificationById(parts.db, row.id))?.amount ?? amount;
  return Number(parts.vault.open(amountAbout(row.id), chosen));
}

async function queryTransfer(turn: Turn): Promise<void> {
  if (turn.row.proof !== 'begun') return;
  await noteTransfer(turn, await configured(turn.parts.outside.transfers).query(turn.row.id), turn.input);
}

function noteTransfer(
  turn: Turn,
  standing: 'sent' | 'pending' | 'failed' | 'unknown',
  { policy }: OnboardingActInput,
): Promise<void> {
  const { askAgainMs, proveWithinMs } = policy;
  const askAgainInMs = pauseMs(askAgainMs, turn.row.proofPolls);
  return inTransaction(turn.parts.db, (trx) =>
    recordTransfer(trx, { ...about(turn), standing, askAgainInMs, proveWithinMs }),
  );
}

async function beginScan(turn: Turn): Promise<void> {
  const { parts, input, row } = turn;
  const details = openDetails(parts.vault, row);
  if (details.method !== 'legal_person_scan' || row.proof !== 'pending') return;
  const { name, idNumber } = details.legalRepresentative;
  const { scanUrl } = await configured(parts.outside.identity).begin({
    reference: row.id,
    enterpriseName: row.enterpriseName,
    code: row.code,
    name,
    idNumber,
  });
  await inTransaction(parts.db, (trx) =>
    recordScanBegun(trx, {
      ...about(turn),
      scanUrl: parts.vault.seal(sealedAbout('enterprise_verifications', 'scan_url', row.id), scanUrl),
      askAgainInMs: pauseMs(input.policy.askAgainMs, 0),
      proveWithinMs: input.policy.proveWithinMs,
    }),
  );
}

async function queryScan(turn: Turn): Promise<void> {
  const { parts, input, row } = turn;
  if (row.proof !== 'begun') return;
  const standing = await configured(parts.outside.identity).query(row.id);
  const { askAgainMs, accountsPerCompany } = input.policy;
  await inTransaction(parts.db, (trx) =>
    recordScan(trx, {
      ...about(turn),
      standing,
      askAgainInMs: pauseMs(askAgainMs, row.proofPolls),
      accountsPerCompany,
    }),
  );
}
