import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
  type ApplicationFailure,
} from '@temporalio/workflow';
import type { MerchantDutyAct } from '../../domain/merchant/duties';
import { DomainError } from '../../domain/shared/errors';
import { onboardingSignals } from '../seller-onboarding/contract';
import { asFailure, refusalIn } from '../shared/failures';
import { openedUpdateName, reloadSignalName, type CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import { tellRun } from '../shared/tell-run';
import {
  merchantIdUpdates,
  type MerchantActInput,
  type MerchantChannelSteps,
  type MerchantCommandInput,
  type MerchantIdInput,
  type MerchantIdPolicy,
  type MerchantPersonInput,
  type MerchantRecords,
  type MerchantSnapshot,
} from './contract';

const opened = defineUpdate<void>(openedUpdateName);
const verifyAccount = defineUpdate<void, [MerchantCommandInput]>(merchantIdUpdates['verify-account']);
const resubmit = defineUpdate<void, [MerchantCommandInput]>(merchantIdUpdates.resubmit);
const reload = defineSignal(reloadSignalName);

/**
 * Guide B, 开通商户号 at one channel: 提交 → 审核 → 账户验证 → 签约 → 已开通, and what the channel does with it later. The row
 * says what is owed next; this run does it when its time comes, or looks again when it is told that something changed.
 */
export async function merchantId(input: MerchantIdInput): Promise<void> {
  const { sellerId, channel, policy } = input;
  const records = ownTransactions<MerchantRecords>(policy.times);
  const about: MerchantActInput = { sellerId, channel, askAgainMs: policy.askAgainMs, restMs: policy.restMs };
  const steps = stepsOf(records, policy);
  const heard = listen(records, about);

  let now: MerchantSnapshot;
  try {
    now = await records.openMerchantId(input);
  } catch (error) {
    heard.refused = refusalIn(error)?.failure;
    if (heard.refused === undefined) throw error;
    await condition(allHandlersFinished);
    return;
  }
  heard.isOpen = true;
  let onboardingKnows = '';
  for (let known = heard.told; ;) {
    if (now.since !== onboardingKnows) {
      await tellRun(input.onboardingWorkflowId, onboardingSignals.merchantIdChanged);
      onboardingKnows = now.since;
    }
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof merchantId>({ ...input, commandId: null });
    }
    const { next } = now;
    const wasTold = next.inMs > 0 ? await condition(() => known < heard.told, next.inMs) : known < heard.told;
    known = heard.told;
    now = wasTold ? await records.loadMerchantId(about) : await steps[next.act](about);
  }
}

type Step = (act: MerchantActInput) => Promise<MerchantSnapshot>;

function stepsOf(records: MerchantRecords, policy: MerchantIdPolicy): Readonly<Record<MerchantDutyAct, Step>> {
  const provider = proxyActivities<MerchantChannelSteps>({
    startToCloseTimeout: policy.channelStepMs,
    retry: {
      initialInterval: policy.times.firstRetryMs,
      maximumInterval: policy.times.longestRetryMs,
      backoffCoefficient: 2,
    },
  });
  return {
    upload: (act) => provider.uploadLicence(act),
    submit: (act) => provider.submitMerchantForm(act),
    query: (act) => provider.queryMerchantId(act),
    end_verification: (act) => records.endAccountVerification(act),
  };
}

/** What the run was told, and whether there is a case to be told about. */
interface Heard {
  told: number;
  isOpen: boolean;
  refused: ApplicationFailure | undefined;
}

/** Takes signals and the commands of people; the row judges a command, and the run then looks again. */
function listen(records: MerchantRecords, about: MerchantActInput): Heard {
  const heard: Heard = { told: 0, isOpen: false, refused: undefined };
  const settled = async (): Promise<void> => {
    await condition(() => heard.isOpen || heard.refused !== undefined);
    if (heard.refused !== undefined) throw heard.refused;
  };
  const commanded = async (by: MerchantCommandInput, step: (by: MerchantPersonInput) => Promise<void>) => {
    await settled();
    const { commandId, accountId: actor, requestId, broughtId } = by;
    try {
      await step({ ...about, commandId, actor, requestId, broughtId });
    } finally {
      heard.told += 1;
    }
  };
  const validator = (by: MerchantCommandInput): void => requireWellFormed(by);
  setHandler(reload, () => void (heard.told += 1));
  setHandler(opened, settled);
  setHandler(
    verifyAccount, // 账户验证
    (by) =>
      commanded(by, async (person) => {
        const { triesLeft } = await records.judgeRemittance(person);
        if (triesLeft !== null) throw asFailure(new DomainError('AMOUNT_WRONG', { triesLeft }));
      }),
    { validator },
  );
  setHandler(resubmit, (by) => commanded(by, (person) => records.resubmitMerchantForm(person)), { validator });
  return heard;
}

/** A message from elsewhere must not get as far as a step, which would repeat it for ever. */
function requireWellFormed(by: Partial<MerchantCommandInput & CommandInput> | undefined): void {
  const ids = [by?.commandId, by?.accountId, by?.requestId, by?.broughtId];
  if (!ids.every((id) => typeof id === 'string')) throw asFailure(new DomainError('VALIDATION_FAILED', { errors: [] }));
}
