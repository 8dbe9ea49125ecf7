import type { MessageChannel } from '../../domain/ports/messages';
import type { Sealed } from '../../domain/ports/vault';
import { sealedAbout } from '../../domain/shared/sealed-about';
import { firstRow, run, type Queryable, type Trx } from '../connection';

/** What the mail address of an account is sealed about. */
export function emailAbout(accountId: string): string {
  return sealedAbout('accounts', 'email', accountId);
}

export interface ContactRows {
  /** Sealed about its account; null takes it away, and what is not named stays. */
  readonly mobile?: Sealed | null;
  readonly email?: Sealed | null;
}

export async function setContact(trx: Trx, accountId: string, { mobile, email }: ContactRows): Promise<void> {
  await run(
    trx,
    `update accounts
        set mobile_key_id = case when :ofMobile then :mobileKeyId else mobile_key_id end,
            mobile_ciphertext = case when :ofMobile then :mobileCiphertext else mobile_ciphertext end,
            email_key_id = case when :ofEmail then :emailKeyId else email_key_id end,
            email_ciphertext = case when :ofEmail then :emailCiphertext else email_ciphertext end,
            updated_at = now()
      where id = :accountId`,
    {
      accountId,
      ...{ ofMobile: mobile !== undefined, ofEmail: email !== undefined },
      ...{ mobileKeyId: mobile?.keyId ?? null, mobileCiphertext: mobile?.ciphertext ?? null },
      ...{ emailKeyId: email?.keyId ?? null, emailCiphertext: email?.ciphertext ?? null },
    },
  );
}

/** Ways on which notices reach the account. */
export async function channelsOf(db: Queryable, accountId: string): Promise<MessageChannel[]> {
  const found = await firstRow<{ mobile: boolean; email: boolean }>(
    db,
    `select mobile_key_id is not null as mobile, email_key_id is not null as email from accounts where id = :accountId`,
    { accountId },
  );
  return [found?.email === true ? (['mail'] as const) : [], found?.mobile === true ? (['sms'] as const) : []].flat();
}
