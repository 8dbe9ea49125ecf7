import { resolve } from 'node:path';
import {
  databaseAccess,
  dataKeys,
  outside,
  tenpay,
  timeProfile,
  wechatPay,
  type Configuration,
  type Environment,
} from '../config/env';
import { casePolicies } from '../config/policies';
import { createLog } from '../config/log';
import { connect } from '../db/connection';
import { takeIn } from '../db/payment/inbox';
import { KeyedVault } from '../db/secrets/keyed-vault';
import { everyReviewSubject } from '../db/market/review-subjects';
import { PrivateFolder } from '../providers/documents/private-folder';
import { LocalFolder } from '../providers/images/local-folder';
import { createOutside } from '../providers/outside';
import { VideoFolder } from '../providers/videos/video-folder';
import { createWechatPay } from '../providers/payments/wechat-pay/wechat-pay';
import { lazyClient, temporalTarget } from '../temporal/connection';
import { Gateway } from '../temporal/gateway';
import { reviewTerms } from '../temporal/review-terms';
import { Passwords } from './account/passwords';
import { SignInThrottle } from './account/throttle';
import { ChangeFeed, feedTimes } from './events/feed';
import { Commands } from './http/commands';
import { ImageEncoder } from './image/encoder';
import type { Services } from './services';
import { Gathered } from './webhooks/gathered';
import { notificationCounter } from './webhooks/counter';

/** Few enough that a statement takes a few milliseconds. */
const notificationsTogether = 100;

/** Wires the API's parts; `environment` is where the Temporal tools' own variables are read from. */
export function composeServices(config: Configuration, environment: Environment): Services {
  const log = createLog(config.MALLFLOW_LOG_LEVEL);
  const db = connect({
    ...databaseAccess(config),
    poolMax: config.MALLFLOW_API_POOL,
    applicationName: 'mallflow-api',
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 2_000,
    acquireTimeoutMs: 3_000,
    answerTimeoutMs: 10_000,
  });
  const temporal = lazyClient(temporalTarget(environment));
  const deadlines = { acceptedWithinMs: config.MALLFLOW_ACCEPT_MS, resultWithinMs: config.MALLFLOW_RESULT_MS };
  const gateway = new Gateway(temporal, deadlines, config.MALLFLOW_TASK_QUEUE);
  const access = wechatPay(config);
  const vault = new KeyedVault(dataKeys(config));
  const leaseMs = deadlines.acceptedWithinMs + deadlines.resultWithinMs + 2_000;
  return {
    db,
    temporal,
    gateway,
    commands: new Commands(db, gateway, { secret: config.MALLFLOW_SECRET, leaseMs, lookMs: 500 }),
    passwords: new Passwords(),
    throttle: new SignInThrottle(db, {
      perLogin: config.MALLFLOW_SIGN_IN_ATTEMPTS,
      perAddress: config.MALLFLOW_ADDRESS_ATTEMPTS,
      windowMs: config.MALLFLOW_SIGN_IN_WINDOW_SECONDS,
    }),
    channel: access === undefined ? undefined : createWechatPay(access),
    outside: createOutside(outside(config)),
    merchantChannels: [
      ...(access === undefined ? [] : (['wechat_pay'] as const)),
      ...(tenpay(config) === undefined ? [] : (['tenpay'] as const)),
    ],
    notifications: notificationCounter(),
    inbox: new Gathered((reports) => takeIn(db, 'wechat_pay', ...reports), notificationsTogether),
    changes: new ChangeFeed({
      db,
      log,
      times: { ...feedTimes, lookMs: config.MALLFLOW_EVENTS_MS },
      maxStreams: config.MALLFLOW_MAX_STREAMS,
    }),
    vault,
    images: new LocalFolder(resolve(config.MALLFLOW_IMAGE_DIR)),
    imageEncoder: new ImageEncoder(),
    videos: new VideoFolder(resolve(config.MALLFLOW_IMAGE_DIR, 'videos')),
    documents: new PrivateFolder(resolve(config.MALLFLOW_DOCUMENT_DIR)),
    reviewSubjects: everyReviewSubject({ vault, ...reviewTerms(casePolicies(config).sellerOnboarding) }),
    log,
    settings: settingsOf(config),
  };
}

function settingsOf(config: Configuration): Services['settings'] {
  return {
    sessionMs: config.MALLFLOW_SESSION_SECONDS,
    cookieSecure: config.MALLFLOW_COOKIE_SECURE ?? config.NODE_ENV === 'production',
    bodyLimitBytes: config.MALLFLOW_BODY_LIMIT_BYTES,
    maxRequests: config.MALLFLOW_MAX_REQUESTS,
    maxCommands: config.MALLFLOW_MAX_COMMANDS,
    trustProxy: config.MALLFLOW_TRUST_PROXY,
    checkAnswers: config.MALLFLOW_CHECK_ANSWERS,
    mallsPerEnterprise: config.MALLFLOW_MALLS_PER_ENTERPRISE,
    temporalUiUrl: config.MALLFLOW_TEMPORAL_UI_URL ?? null,
    certificationFeeFen: config.MALLFLOW_CERTIFICATION_FEE_FEN,
    feeValidForMs: config.MALLFLOW_FEE_VALID_SECONDS ?? null,
    policies: casePolicies(config),
    workflowTaskTimeoutMs: timeProfile(config).workflowTaskMs,
  };
}
