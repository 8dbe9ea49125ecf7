import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import type { ChannelReport, PaymentChannel } from '../domain/ports/payment-channel';
import type { FileVault, Vault } from '../domain/ports/vault';
import type { Outside } from '../domain/ports/outside';
import type { MerchantChannel } from '../domain/merchant/states';
import type { Db } from '../db/connection';
import type { DocumentStore } from '../domain/ports/document-store';
import type { ReviewSubjects } from '../db/review/subjects';
import type { ImageStore } from '../domain/ports/image-store';
import type { VideoStore } from '../domain/ports/video-store';
import type { Gateway } from '../temporal/gateway';
import type { RunSettings } from '../temporal/starts';
import type { SignInThrottle } from './account/throttle';
import type { Passwords } from './account/passwords';
import type { ChangeFeed } from './events/feed';
import type { Commands } from './http/commands';
import type { ImageEncoder } from './image/encoder';
import type { Gathered } from './webhooks/gathered';

/** What route handlers work with, wired once by the composition root. */
export interface Services {
  readonly db: Db;
  readonly temporal: Client;
  readonly gateway: Gateway;
  readonly commands: Commands;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  /** Where merchant IDs can be opened: the channels that are configured. */
  readonly merchantChannels: readonly MerchantChannel[];
  readonly images: ImageStore;
  readonly imageEncoder: ImageEncoder;
  readonly videos: VideoStore;
  /** Where the sealed bytes of documents lie. */
  readonly documents: DocumentStore;
  /** What is reviewed, by kind. */
  readonly reviewSubjects: ReviewSubjects;
  /** The payment channel; undefined where none is configured. */
  readonly channel: PaymentChannel | undefined;
  /** The outside parties of a seller's way in; each is undefined where it is not configured. */
  readonly outside: Outside;
  /** What channels told, by how it was judged. */
  readonly notifications: Counter<'channel' | 'outcome'>;
  /** Where what the channel told is safe; resolves once it is. */
  readonly inbox: Gathered<ChannelReport>;
  /** Tells those who listen what changes. */
  readonly changes: ChangeFeed;
  /** Seals what is secret in rows. */
  readonly vault: Vault & FileVault;
  readonly log: Logger;
  readonly settings: Settings;
}

export interface Settings extends RunSettings {
  readonly sessionMs: number;
  readonly cookieSecure: boolean;
  readonly bodyLimitBytes: number;
  readonly maxRequests: number;
  readonly maxCommands: number;
  /** Proxies in front of us whose X-Forwarded-For is believed. */
  readonly trustProxy: number;
  /** Every answer is held against its own schema; for tests. */
  readonly checkAnswers: boolean;
  readonly mallsPerEnterprise: number;
  /** Where operators' browsers reach the Temporal UI; null without one. */
  readonly temporalUiUrl: string | null;
  /** 平台认证费 of a period that opens now. */
  readonly certificationFeeFen: number;
  /** How long a period that is waived is valid, in milliseconds; null: a year of the calendar. */
  readonly feeValidForMs: number | null;
}
