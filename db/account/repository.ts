import { DomainError } from '../../domain/shared/errors';
import type { Sealed } from '../../domain/ports/vault';
import type { Principal, Role } from '../../domain/shared/roles';
import { sealedAbout } from '../../domain/shared/sealed-about';
import { firstRow, rows, run, type Db, type Queryable, type Trx } from '../connection';
import { isUniqueViolation } from '../errors';
import { newId } from '../new-id';

export interface NewAccount {
  readonly id?: string;
  readonly login: string;
  readonly passwordHash: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly enterpriseId: string | null;
  readonly mallId: string | null;
  /** Sealed about {@link mobileAbout} of the account. */
  readonly mobile?: Sealed;
}

/** What the mobile number of an account is sealed about. */
export function mobileAbout(accountId: string): string {
  return sealedAbout('accounts', 'mobile', accountId);
}

/** @throws DomainError LOGIN_TAKEN at /login */
export async function addAccount(trx: Trx, account: NewAccount): Promise<string> {
  const id = account.id ?? newId('account');
  try {
    await run(
      trx,
      `insert into accounts
         (id, login, password_hash, display_name, roles, enterprise_id, mall_id, mobile_key_id, mobile_ciphertext)
       values
         (:id, :login, :passwordHash, :displayName, :roles, :enterpriseId, :mallId, :mobileKeyId, :mobileCiphertext)`,
      {
        ...account,
        id,
        roles: [...account.roles],
        mobileKeyId: account.mobile?.keyId ?? null,
        mobileCiphertext: account.mobile?.ciphertext ?? null,
      },
    );
  } catch (error) {
    if (!isUniqueViolation(error, 'accounts_login')) throw error;
    throw new DomainError('LOGIN_TAKEN', {
      errors: [{ path: '/login', code: 'LOGIN_TAKEN', message: 'this login is taken' }],
    });
  }
  return id;
}

/** From the next request on the account has this role too. */
export async function grantRole(trx: Trx, accountId: string, role: Role): Promise<void> {
  await run(
    trx,
    `update accounts set roles = array_append(roles, :role), updated_at = now()
      where id = :accountId and not (:role = any (roles))`,
    { accountId, role },
  );
}

const principalColumns = `
  a.id as "accountId", a.login, a.display_name as "displayName", a.roles,
  a.enterprise_id as "enterpriseId", a.mall_id as "mallId", m.id as "memberId", seller.id as "sellerId"`;

export type Credentials = Principal & { readonly passwordHash: string };

export async function credentialsByLogin(db: Queryable, login: string): Promise<Credentials | undefined> {
  return firstRow<Credentials>(
    db,
    `select ${principalColumns}, a.password_hash as "passwordHash"
       from accounts a left join members m on m.account_id = a.id left join sellers seller on seller.account_id = a.id
      where lower(a.login) = lower(:login)`,
    { login },
  );
}

export async function passwordHashOf(db: Queryable, accountId: string): Promise<string | undefined> {
  const row = await firstRow<{ hash: string }>(db, 'select password_hash as hash from accounts where id = :accountId', {
    accountId,
  });
  return row?.hash;
}

export interface NewSession {
  readonly accountId: string;
  readonly tokenSha256: Buffer;
  readonly lifetimeMs: number;
  /** The hash the password was held against: it must still be the account's. */
  readonly verifiedHash: string;
}

/** Signs in, unless the password was changed since it was verified: that ends every sign-in made with the old one. */
export async function addSession(db: Queryable, session: NewSession): Promise<boolean> {
  const added = await firstRow(
    db,
    `with owner as materialized (
       select id from accounts where id = :accountId and password_hash = :verifiedHash for share
     )
     insert into sessions (id, account_id, token_sha256, expires_at)
     select :id, owner.id, :tokenSha256, now() + make_interval(secs => :lifetimeS) from owner
     returning id`,
    { ...session, id: newId('session'), lifetimeS: session.lifetimeMs / 1_000 },
  );
  return added !== undefined;
}

export interface SignedIn {
  readonly sessionId: string;
  readonly principal: Principal;
}

export async function principalByToken(db: Db, tokenSha256: Buffer): Promise<SignedIn | undefined> {
  // rule: session-ends
  const row = await firstRow<Principal & { sessionId: string }>(
    db,
    `select s.id as "sessionId", ${principalColumns}
       from sessions s join accounts a on a.id = s.account_id left join members m on m.account_id = a.id
            left join sellers seller on seller.account_id = a.id
      where s.token_sha256 = :tokenSha256 and s.expires_at > now()`,
    { tokenSha256 },
  );
  if (row === undefined) return undefined;
  const { sessionId, ...principal } = row;
  return { sessionId, principal };
}

/** The accounts of those of the sessions that have not ended, by session. */
export async function principalsOfSessions(db: Db, ids: readonly string[]): Promise<Map<string, Principal>> {
  const found = await rows<Principal & { sessionId: string }>(
    db,
    `select s.id as "sessionId", ${principalColumns}
       from sessions s join accounts a on a.id = s.account_id left join members m on m.account_id = a.id
            left join sellers seller on seller.account_id = a.id
      where s.id = any (:ids::text[]) and s.expires_at > now()`,
    { ids },
  );
  return new Map(found.map(({ sessionId, ...principal }) => [sessionId, principal]));
}

export async function endSession(db: Queryable, sessionId: string): Promise<void> {
  await run(db, 'delete from sessions where id = :sessionId', { sessionId });
}

export interface PasswordChange {
  readonly accountId: string;
  readonly passwordHash: string;
  /** The hash the current password was held against. */
  readonly verifiedHash: string;
  readonly keepSessionId: string;
}

/** Sets the password and ends every other sign-in of the account. False when another change was faster. */
export async function changePassword(trx: Trx, change: PasswordChange): Promise<boolean> {
  const { accountId, passwordHash, verifiedHash } = change;
  const changed = await firstRow(
    trx,
    `update accounts set password_hash = :passwordHash, updated_at = now()
      where id = :accountId and password_hash = :verifiedHash returning id`,
    { accountId, passwordHash, verifiedHash },
  );
  if (changed === undefined) return false;
  // rule: new-password-ends-other-sessions
  await run(trx, 'delete from sessions where account_id = :accountId and id <> :keepSessionId', {
    accountId: change.accountId,
    keepSessionId: change.keepSessionId,
  });
  return true;
}

export async function deleteExpiredSessions(db: Db): Promise<void> {
  await run(db, 'delete from sessions where expires_at < now()');
}

/** Counters of sign-in tries whose window is over; `expire` is in milliseconds since 1970. */
export async function deleteExpiredSignInAttempts(db: Db): Promise<void> {
  await run(db, 'delete from sign_in_attempts where expire < extract(epoch from now()) * 1000');
}
