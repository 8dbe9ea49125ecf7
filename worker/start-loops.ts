import type { Logger } from 'pino';
import { dataKeys, timeProfile, wechatPay, type Configuration } from '../config/env';
import { casePolicies } from '../config/policies';
import { deleteExpiredSessions, deleteExpiredSignInAttempts } from '../db/account/repository';
import { sequenceChanges, sweepChanges } from '../db/change/feed';
import { deleteCommandsOlderThan } from '../db/command/repository';
import type { Db } from '../db/connection';
import { sweepMerchantSubmissions } from '../db/merchant/submissions';
import { deleteInertDecisions } from '../db/review/decisions';
import { KeyedVault } from '../db/secrets/keyed-vault';
import { deleteInertProductSubmissions } from '../db/product/repository';
import { remindOfAgreements } from '../db/seller/agreement-reminders';
import { deleteInertSubmissions } from '../db/seller/submissions';
import { deleteInertShopSubmissions } from '../db/shop/repository';
import { lazyClient, type TemporalTarget } from '../temporal/connection';
import { Gateway } from '../temporal/gateway';
import type { RunSettings } from '../temporal/starts';
import type { ReconciliationPolicy } from '../workflows/reconciliation/contract';
import { openOutside } from './compose';
import { deliverNotices } from './loops/deliver-notices';
import { every, type Loop } from './loops/every';
import { expireStock } from './loops/expire-stock';
import { keepSchedules } from './loops/keep-schedules';
import { relayReports } from './loops/relay-reports';
import { relayScans } from './loops/relay-scans';
import { settleClaims } from './loops/settle-claims';
import { sweepPayments } from './loops/sweep-payments';
import { sweepRuns } from './loops/sweep-runs';
import { watchCases, type WatchdogParts } from './loops/watchdog';

/** An Idempotency-Key is kept for 30 days. */
const keysKeptDays = 30;

/** A client that was away for longer asks for everything anew. */
const changesKeptHours = 24;

/** Comparing all cases with all runs takes at most a tenth of the time. */
const restOfSweeps = 9;

/** Dates of agreements are days. */
const remindEveryMs = 60_000;

interface LoopParts {
  readonly db: Db;
  readonly target: TemporalTarget;
  readonly log: Logger;
  readonly onLost: NonNullable<WatchdogParts['onLost']>;
}

export function startLoops(config: Configuration, { db, target, log, onLost }: LoopParts): Loop[] {
  const temporal = lazyClient(target);
  const deadlines = { acceptedWithinMs: config.MALLFLOW_ACCEPT_MS, resultWithinMs: config.MALLFLOW_RESULT_MS };
  const gateway = new Gateway(temporal, deadlines, config.MALLFLOW_TASK_QUEUE);
  const settings = runSettings(config);
  const times = { overdueByMs: config.MALLFLOW_WATCHDOG_SECONDS, graceMs: config.MALLFLOW_LOST_GRACE_SECONDS };
  const watchdog: WatchdogParts = { db, gateway, temporal, log, settings, ...times, onLost };
  return [
    ...startPaymentLoops(config, { db, gateway, settings, log }),
    startDeliveries(config, db, log),
    // Without a channel there are no books to compare.
    ...(wechatPay(config) === undefined
      ? []
      : [
          every(
            config.MALLFLOW_WATCHDOG_SECONDS,
            'keep-schedules',
            log,
            keepSchedules(temporal, reconciliationSchedule(config)),
          ),
        ]),
    every(config.MALLFLOW_WATCHDOG_SECONDS, 'watchdog', log, () => watchCases(watchdog)),
    every(config.MALLFLOW_WATCHDOG_SECONDS, 'sweep-runs', log, sweepRuns(watchdog, restOfSweeps)),
    every(config.MALLFLOW_WATCHDOG_SECONDS, 'settle-claims', log, () => settleClaims(db, gateway)),
    every(remindEveryMs, 'remind-agreements', log, () => remindOfAgreements(db)),
    every(config.MALLFLOW_WATCHDOG_SECONDS, 'expire-stock', log, () => expireStock(db)),
    // While nobody listens nobody else gives numbers to what changes.
    every(config.MALLFLOW_WATCHDOG_SECONDS, 'sequence-changes', log, async () => {
      await sequenceChanges(db, 5_000);
    }),
    every(3_600_000, 'sweep', log, async () => {
      await deleteCommandsOlderThan(db, keysKeptDays);
      await deleteExpiredSessions(db);
      await deleteExpiredSignInAttempts(db);
      await sweepMerchantSubmissions(db);
      await deleteInertDecisions(db);
      await deleteInertSubmissions(db);
      await deleteInertShopSubmissions(db);
      await deleteInertProductSubmissions(db);
      await sweepChanges(db, changesKeptHours);
    }),
  ];
}

/** What a new run is given to live by. */
export function runSettings(config: Configuration): RunSettings {
  return { policies: casePolicies(config), workflowTaskTimeoutMs: timeProfile(config).workflowTaskMs };
}

/** How the channel's books are compared with ours every morning. */
export function reconciliationSchedule(config: Configuration) {
  const { firstRetryMs, longestRetryMs } = timeProfile(config);
  const policy: ReconciliationPolicy = {
    // Half an hour, forty times: until shortly before the next morning.
    againMs: longestRetryMs * 30,
    rounds: 40,
    attemptMs: 1_800_000,
    heartbeatMs: 30_000,
    firstRetryMs,
    longestRetryMs: longestRetryMs * 10,
  };
  return { queue: config.MALLFLOW_TASK_QUEUE, input: { day: null, policy } };
}

/** What channels and partners told is passed on, and payments that made no progress are woken. */
export function startPaymentLoops(
  config: Configuration,
  parts: { readonly db: Db; readonly gateway: Gateway; readonly settings: RunSettings; readonly log: Logger },
): Loop[] {
  const { MALLFLOW_RELAY_MS: relayEveryMs, MALLFLOW_PAYMENT_SWEEP_SECONDS: sweepEveryMs } = config;
  return [
    every(relayEveryMs, 'relay-reports', parts.log, relayReports(parts)),
    every(
      relayEveryMs,
      'relay-scans',
      parts.log,
      relayScans({ ...parts, accountsPerCompany: config.MALLFLOW_COMPANY_ACCOUNTS }),
    ),
    every(sweepEveryMs, 'sweep-payments', parts.log, () => sweepPayments({ ...parts, overdueByMs: sweepEveryMs })),
  ];
}

/** Sends by mail and SMS what accounts are told. */
export function startDeliveries(config: Configuration, db: Db, log: Logger): Loop {
  const { channelStepMs, firstRetryMs, longestRetryMs } = timeProfile(config);
  const policy = {
    leaseMs: channelStepMs,
    againMs: firstRetryMs * 10,
    longestAgainMs: longestRetryMs * 30,
    giveUpAfterMs: 3 * 86_400_000,
  };
  const { messages } = openOutside(config, log);
  const vault = new KeyedVault(dataKeys(config));
  return every(
    config.MALLFLOW_NOTICES_SECONDS,
    'deliver-notices',
    log,
    deliverNotices({ db, messages, vault, policy }),
  );
}
