import { timeProfile, type Configuration } from './env';
import type { TimeProfile } from './time-profiles';

type Times = Pick<TimeProfile, 'quickMs' | 'attemptMs' | 'firstRetryMs' | 'longestRetryMs'>;

function timesOf(parsed: Configuration): Times {
  const { quickMs, attemptMs, firstRetryMs, longestRetryMs } = timeProfile(parsed);
  return { quickMs, attemptMs, firstRetryMs, longestRetryMs };
}

function reviewPolicy(parsed: Configuration) {
  const { workflowTaskMs } = timeProfile(parsed);
  return {
    dueInWorkingDays: parsed.MALLFLOW_REVIEW_WORKING_DAYS,
    dueInMs: parsed.MALLFLOW_REVIEW_SECONDS ?? null,
    workflowTaskMs,
    times: timesOf(parsed),
  };
}

function feePolicy(parsed: Configuration) {
  const { workflowTaskMs } = timeProfile(parsed);
  return {
    payWithinMs: parsed.MALLFLOW_PAY_WITHIN_SECONDS,
    awaitPaymentMs: Math.round(parsed.MALLFLOW_RESULT_MS * 0.7),
    renewalOpensMs: parsed.MALLFLOW_FEE_RENEWAL_OPENS_SECONDS,
    remindBeforeMs: parsed.MALLFLOW_FEE_REMINDERS.split(',').map((before) => Number(before) * 1_000),
    workflowTaskMs,
    times: timesOf(parsed),
  };
}

/** What of a seller's way in takes how long. The runs of its reviews and of its fee are begun with theirs. */
function onboardingPolicy(
  parsed: Configuration,
  begins: { readonly review: ReturnType<typeof reviewPolicy>; readonly fee: ReturnType<typeof feePolicy> },
) {
  const { askAgainMs, channelStepMs, workflowTaskMs } = timeProfile(parsed);
  const again = parsed.MALLFLOW_REGISTRY_AGAIN_SECONDS;
  return {
    proveWithinMs: parsed.MALLFLOW_PROVE_WITHIN_SECONDS,
    triesPerTransfer: 2,
    // "新注册企业 3–7 天后重试": daily at first, then less often.
    askRegistryAgainMs: [again, again, again, 2 * again],
    askAgainMs: [...askAgainMs, 3_600_000],
    remindAfterMs: parsed.MALLFLOW_ONBOARDING_REMINDER_SECONDS,
    accountsPerCompany: parsed.MALLFLOW_COMPANY_ACCOUNTS,
    feeAmountFen: parsed.MALLFLOW_CERTIFICATION_FEE_FEN,
    awaitScanMs: Math.round(parsed.MALLFLOW_RESULT_MS * 0.7),
    providerStepMs: channelStepMs,
    workflowTaskMs,
    ...begins,
    times: timesOf(parsed),
  };
}

/** What a new run of each kind is given to live by. */
export function casePolicies(parsed: Configuration) {
  const { workflowTaskMs, askAgainMs, channelStepMs } = timeProfile(parsed);
  const times = timesOf(parsed);
  const review = reviewPolicy(parsed);
  const fee = feePolicy(parsed);
  return {
    purchase: {
      payWithinMs: parsed.MALLFLOW_PAY_WITHIN_SECONDS,
      detailOpenForMs: parsed.MALLFLOW_DETAIL_OPEN_SECONDS,
      // Before the caller is told that it takes longer.
      awaitPaymentMs: Math.round(parsed.MALLFLOW_RESULT_MS * 0.7),
      times,
    },
    payment: { askAgainMs, channelStepMs, workflowTaskMs, times },
    commodityAdd: {
      draftKeptMs: parsed.MALLFLOW_DRAFT_KEPT_SECONDS,
      remindBeforeMs: parsed.MALLFLOW_DRAFT_REMINDER_SECONDS,
      times,
    },
    review,
    stockAllocation: { confirmWithinMs: parsed.MALLFLOW_CONFIRM_WITHIN_SECONDS, times },
    merchantId: {
      askAgainMs: askAgainMs.map((pause) => Math.min(pause, parsed.MALLFLOW_MERCHANT_POLL_SECONDS)),
      restMs: parsed.MALLFLOW_MERCHANT_REST_SECONDS,
      channelStepMs,
      times,
    },
    certificationFee: fee,
    sellerOnboarding: onboardingPolicy(parsed, { review, fee }),
  };
}
