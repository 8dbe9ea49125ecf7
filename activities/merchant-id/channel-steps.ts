import type {
  MerchantForm,
  MerchantOnboarding,
  MerchantPicture,
  MerchantReason,
  MerchantStanding,
} from '../../domain/ports/merchant-onboarding';
import { ProviderError } from '../../domain/ports/provider-error';
import type { Vault } from '../../domain/ports/vault';
import type { FieldReason } from '../../domain/seller/field-reason';
import { clearStuck, markStuck } from '../../db/case/repository';
import type { Db } from '../../db/connection';
import {
  recordFound,
  recordPicture,
  recordRefused,
  recordReport,
  recordSubmitted,
  recordTrouble,
} from '../../db/merchant/provider';
import { merchantRecord, type MerchantRecord } from '../../db/merchant/record';
import { openSubmission } from '../../db/merchant/submissions';
import {
  merchantIdWorkflowId,
  type MerchantActInput,
  type MerchantChannelSteps,
  type MerchantSnapshot,
} from '../../workflows/merchant-id/contract';
import { pauseMs } from '../payment/pauses';
import { inTransaction } from '../shared/transactions';
import { merchantSnapshot } from './snapshot';

/** The channels that are configured here. */
export type MerchantChannels = Readonly<Partial<Record<MerchantRecord['channel'], MerchantOnboarding>>>;

export interface MerchantParts {
  readonly db: Db;
  readonly vault: Vault;
  readonly channels: MerchantChannels;
  /** The licence as it was uploaded. */
  readonly picture: (documentId: string) => Promise<MerchantPicture>;
}

/** From this failure on the case is shown as stuck: before, it may be a hiccup. */
const stuckFromFailure = 5;

/** What a merchant ID does at its channel. Each reads what is to be asked, calls, then writes down the answer. */
export function createMerchantChannelSteps(parts: MerchantParts): MerchantChannelSteps {
  return {
    uploadLicence: (input) => step(parts, input, upload),
    submitMerchantForm: (input) => step(parts, input, submit),
    queryMerchantId: (input) => step(parts, input, look),
  };
}

interface Turn {
  readonly parts: MerchantParts;
  readonly input: MerchantActInput;
  readonly at: MerchantRecord;
  readonly channel: MerchantOnboarding;
}

async function step(
  parts: MerchantParts,
  input: MerchantActInput,
  work: (turn: Turn) => Promise<void>,
): Promise<MerchantSnapshot> {
  const at = await merchantRecord(parts.db, input);
  const workflowId = merchantIdWorkflowId(input);
  try {
    const channel = parts.channels[input.channel];
    if (channel === undefined) throw new ProviderError('refused', 'NOT_CONFIGURED');
    await work({ parts, input, at, channel });
    if (at.failures >= stuckFromFailure) await clearStuck(parts.db, workflowId);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const askAgainInMs = pauseMs(input.askAgainMs, at.failures);
    await inTransaction(parts.db, (trx) => recordTrouble(trx, input, { code: error.message, askAgainInMs }));
    // rule: merchant-channel-trouble-is-shown
    if (at.failures + 1 >= stuckFromFailure) await markStuck(parts.db, workflowId, `CHANNEL_${error.code}`);
  }
  return merchantSnapshot(parts.db, input);
}

async function upload({ parts, input, at, channel }: Turn): Promise<void> {
  const { licenceDocumentId } = await openSubmission(parts.db, parts.vault, at.submissionId);
  const mediaId = await channel.uploadMedia(await parts.picture(licenceDocumentId));
  await inTransaction(parts.db, (trx) => recordPicture(trx, input, { submissionId: at.submissionId, mediaId }));
}

async function submit(turn: Turn): Promise<void> {
  const { parts, input, at, channel } = turn;
  const { submissionId } = at;
  const { form } = await openSubmission(parts.db, parts.vault, submissionId);
  const whole: MerchantForm = { ...form, requestNumber: at.requestNumber, licenceMediaId: at.mediaId };
  const answer = await channel.submit(whole);
  switch (answer.kind) {
    case 'accepted': {
      const askAgainInMs = pauseMs(input.askAgainMs, 0);
      const { providerId } = answer;
      return inTransaction(parts.db, (trx) => recordSubmitted(trx, input, { submissionId, providerId, askAgainInMs }));
    }
    case 'rejected': {
      const errors = answer.reasons.map(fieldReason);
      return inTransaction(parts.db, (trx) =>
        recordRefused(trx, input, { submissionId, errors, restMs: input.restMs }),
      );
    }
    // rule: lost-submissions-are-asked-for
    case 'already_there':
      return found(turn);
  }
}

/** It is there, by an answer that was lost or by a change of mind: what the channel says of it stands for the answer. */
async function found({ parts, input, at, channel }: Turn): Promise<void> {
  const report = await channel.query(at.requestNumber);
  if (report === undefined) throw new ProviderError('untrusted', 'APPLICATION_UNKNOWN');
  const taken = { submissionId: at.submissionId, report, errors: report.reasons.map(fieldReason) };
  await inTransaction(parts.db, (trx) =>
    recordFound(trx, parts.vault, input, { ...taken, askAgainInMs: pauseMs(input.askAgainMs, 0) }),
  );
}

async function look({ parts, input, at, channel }: Turn): Promise<void> {
  const report = await channel.query(at.requestNumber);
  // rule: unknown-applications-are-not-believed
  if (report === undefined) throw new ProviderError('untrusted', 'APPLICATION_UNKNOWN');
  const taken = { submissionId: at.submissionId, report, errors: report.reasons.map(fieldReason) };
  await inTransaction(parts.db, (trx) =>
    recordReport(trx, parts.vault, input, { ...taken, askAgainInMs: nextLookMs(at, report.standing, input) }),
  );
}

/** Nothing is expected of the channel where its answer is final for now; it is asked all the same, at leisure. */
function nextLookMs(at: MerchantRecord, standing: MerchantStanding, input: MerchantActInput): number {
  const isFinal = standing === 'rejected' || standing === 'opened' || standing === 'frozen';
  // rule: open-merchant-ids-are-looked-at
  if (isFinal || at.state === 'rejected') return pauseMs([input.restMs], 0);
  return pauseMs(input.askAgainMs, at.polls + 1);
}

function fieldReason({ path, field, reason }: MerchantReason): FieldReason {
  return { path, code: field === '' ? 'CHANNEL' : field, reason };
}
