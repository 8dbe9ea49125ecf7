import type { NoticeParams } from '../../domain/notice/texts';
import type { MessageChannel } from '../../domain/ports/messages';
import type { Sealed } from '../../domain/ports/vault';
import { type Db } from '../connection';
export interface DueDelivery {
    readonly noticeId: string;
    readonly channel: MessageChannel;
    readonly kind: string;
    readonly params: NoticeParams;
    readonly accountId: string;
    /** Where to: the account's sealed mobile number or mail address; null where none is known. */
    readonly address: Sealed | null;
    /** This one included. */
    readonly attempts: number;
    readonly ageMs: number;
}
/**
 * Takes deliveries that are due; nobody else does for so long. Whoever takes them and dies leaves them to the next: then
 * the same message is handed over again, under the same id.
 */
export declare function takeDueDeliveries(db: Db, take: {
    readonly limit: number;
    readonly leaseMs: number;
}): Promise<DueDelivery[]>;
type Which = Pick<DueDelivery, 'noticeId' | 'channel'>;
export declare function markSent(db: Db, { noticeId, channel }: Which): Promise<void>;
/** It stays where the account reads it; `why` in a word. */
export declare function markNotSent(db: Db, { noticeId, channel }: Which, why: string): Promise<void>;
export declare function sendAgain(db: Db, { noticeId, channel }: Which, why: string, inMs: number): Promise<void>;
export {};
