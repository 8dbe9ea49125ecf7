import { existsSync } from 'node:fs';
import { NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createCertificationFeeActivities } from '../activities/certification-fee/activities';
import { createCommodityAddActivities } from '../activities/commodity-add/activities';
import { createPaymentRecords } from '../activities/payment/activities';
import { createPaymentChannelSteps } from '../activities/payment/channel-steps';
import { createPurchaseActivities } from '../activities/purchase/activities';
import { createReconciliationActivities } from '../activities/reconciliation/activities';
import { createReviewActivities } from '../activities/review/activities';
import { stuckInterceptor } from '../activities/shared/stuck-interceptor';
import { createOnboardingActivities } from '../activities/seller-onboarding/activities';
import { createOnboardingProviderSteps } from '../activities/seller-onboarding/provider-steps';
import { createStockAllocationActivities } from '../activities/stock-allocation/activities';
import { dataKeys, databaseAccess, outside, timeProfile, wechatPay, type Configuration } from '../config/env';
import { casePolicies } from '../config/policies';
import { connect, type Db } from '../db/connection';
import type { ReviewSubjects } from '../db/review/subjects';
import { everyReviewSubject } from '../db/market/review-subjects';
import { reviewTerms } from '../temporal/review-terms';
import { KeyedVault } from '../db/secrets/keyed-vault';
import { createOutside } from '../providers/outside';
import { createWechatPay } from '../providers/payments/wechat-pay/wechat-pay';
import type { Outside } from '../domain/ports/outside';
import type { PaymentChannel } from '../domain/ports/payment-channel';
import type { TemporalTarget } from '../temporal/connection';
import { merchantActivities } from './merchants';

export function openDatabase(config: Configuration): Db {
  return connect({
    ...databaseAccess(config),
    poolMax: config.MALLFLOW_WORKER_POOL + 2,
    applicationName: 'mallflow-worker',
    statementTimeoutMs: 10_000,
    lockTimeoutMs: timeProfile(config).quickMs * 0.75,
    acquireTimeoutMs: timeProfile(config).quickMs * 0.75,
    answerTimeoutMs: 20_000,
  });
}

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly db: Db;
  /** The prebuilt workflow bundle. */
  readonly codePath: string;
  /** What is reviewed; the product's own unless said otherwise. */
  readonly reviewSubjects?: ReviewSubjects;
  /** Where calls of the payment channel that failed are told; nowhere without. */
  readonly log?: Logger;
}

/** The payment channel; each call that failed leaves a line, without anything that was said in it. */
function openChannel(config: Configuration, log: Logger | undefined): PaymentChannel | undefined {
  const access = wechatPay(config);
  if (access === undefined) return undefined;
  return createWechatPay(access, {
    // Two calls and their pauses are within one step.
    deadlineMs: timeProfile(config).channelStepMs / 4,
    onCall: (note) => {
      if (note.outcome !== 'ok') log?.warn(note, 'a call of the payment channel failed');
    },
  });
}

/** The outside parties of a seller's way in; each call that failed leaves a line, without anything that was said in it. */
export function openOutside(config: Configuration, log: Logger | undefined): Outside {
  return createOutside(outside(config), {
    // A step may ask twice.
    deadlineMs: timeProfile(config).channelStepMs / 4,
    onCall: (note) => {
      if (note.outcome !== 'ok') log?.warn(note, 'a call of an outside party failed');
    },
  });
}

export function workerOptions(config: Configuration, parts: WorkerParts): WorkerOptions {
  const { connection, namespace, db, codePath } = parts;
  if (!existsSync(codePath)) throw new Error(`no workflow bundle at ${codePath}: run "npm run build"`);
  const times = timeProfile(config);
  const policies = casePolicies(config);
  const terms = {
    detailOpenForMs: policies.purchase.detailOpenForMs,
    fee: { ...policies.certificationFee, validForMs: config.MALLFLOW_FEE_VALID_SECONDS ?? null },
  };
  const channel = openChannel(config, parts.log);
  // No more steps at once than connections: a step that waits for one would time out.
  const slots = config.MALLFLOW_WORKER_POOL;
  return {
    connection,
    namespace,
    taskQueue: config.MALLFLOW_TASK_QUEUE,
    workflowBundle: { codePath },
    activities: {
      ...createPurchaseActivities(db, policies.payment),
      ...createPaymentRecords(db, terms),
      ...createPaymentChannelSteps({ db, channel, vault: new KeyedVault(dataKeys(config)), terms }),
      ...createCertificationFeeActivities(db, {
        payment: policies.payment,
        fee: policies.certificationFee,
        amountFen: config.MALLFLOW_CERTIFICATION_FEE_FEN,
      }),
      ...merchantActivities(config, db, parts.log),
      ...createReconciliationActivities({ db, channel }),
      ...createCommodityAddActivities(db),
      ...createStockAllocationActivities(db),
      ...createReviewActivities(db, { ...judged(config), ...parts.reviewSubjects }),
      ...onboardingActivities(config, db, parts.log),
    },
    interceptors: { activity: [() => ({ inbound: stuckInterceptor(db) })] },
    maxConcurrentActivityTaskExecutions: slots,
    maxConcurrentLocalActivityExecutions: slots,
    maxCachedWorkflows: config.MALLFLOW_WORKFLOW_CACHE,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    stickyQueueScheduleToStartTimeout: times.stickyQueueMs,
    shutdownGraceTime: config.NODE_ENV === 'production' ? '20s' : '5s',
    shutdownForceTime: config.NODE_ENV === 'production' ? '30s' : '8s',
  };
}

/** What reviewers judge. */
function judged(config: Configuration): ReviewSubjects {
  return everyReviewSubject({
    vault: new KeyedVault(dataKeys(config)),
    ...reviewTerms(casePolicies(config).sellerOnboarding),
  });
}

function onboardingActivities(config: Configuration, db: Db, log: Logger | undefined) {
  const vault = new KeyedVault(dataKeys(config));
  return {
    ...createOnboardingActivities(db, vault),
    ...createOnboardingProviderSteps({ db, vault, outside: openOutside(config, log) }),
  };
}

/** Temporal may come up after the worker: keep asking, and say so. */
export async function connectPatiently(target: TemporalTarget, log: Logger): Promise<NativeConnection> {
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      return await NativeConnection.connect({
        address: target.connectionOptions.address ?? '127.0.0.1:7233',
        ...securityOf(target),
      });
    } catch (error) {
      log.warn({ err: error, waitMs }, 'Temporal is not there yet');
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function securityOf({ connectionOptions }: TemporalTarget) {
  const { tls, apiKey, metadata } = connectionOptions;
  return {
    ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
    ...(tls === undefined ? {} : { tls }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
  };
}
