import { DomainError } from '../../domain/shared/errors';
import type { Principal, Role } from '../../domain/shared/roles';
import { firstRow, run, type Db, type Queryable, type Trx } from '../connection';
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
}

/** @throws DomainError LOGIN_TAKEN at /login */
export async function addAccount(trx: Trx, account: NewAccount): Promise<string> {
  const id = account.id ?? newId('account');
  try {
    await run(
      trx,
      `insert into accounts (id, login, password_hash, display_name, roles, enterprise_id, mall_id)
       values (:id, :login, :passwordHash, :displayName, :roles, :enterpriseId, :mallId)`,
      { ...account, id, roles: [...account.roles] },
    );
  } catch (error) {
    if (!isUniqueViolation(error, 'accounts_login')) throw error;
    throw new DomainError('LOGIN_TAKEN', {
      errors: [{ path: '/login', code: 'LOGIN_TAKEN', message: 'this login is taken' }],
    });
  }
  return id;
}

const principalColumns = `
  a.id as "accountId", a.login, a.display_name as "displayName", a.roles,
  a.enterprise_id as "enterpriseId", a.mall_id as "mallId"`;

export type Credentials = Principal & { readonly passwordHash: string };

export async function credentialsByLogin(db: Queryable, login: string): Promise<Credentials | undefined> {
  return firstRow<Credentials>(
    db,
    `select ${principalColumns}, a.password_hash as "passwordHash" from accounts a where lower(a.login) = lower(:login)`,
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
}

export async function addSession(db: Queryable, session: NewSession): Promise<void> {
  await run(
    db,
    `insert into sessions (id, account_id, token_sha256, expires_at)
     values (:id, :accountId, :tokenSha256, now() + make_interval(secs => :lifetimeS))`,
    { ...session, id: newId('session'), lifetimeS: session.lifetimeMs / 1_000 },
  );
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
       from sessions s join accounts a on a.id = s.account_id
      where s.token_sha256 = :tokenSha256 and s.expires_at > now()`,
    { tokenSha256 },
  );
  if (row === undefined) return undefined;
  const { sessionId, ...principal } = row;
  return { sessionId, principal };
}

export async function endSession(db: Queryable, sessionId: string): Promise<void> {
  await run(db, 'delete from sessions where id = :sessionId', { sessionId });
}

/** Sets the password and ends every other sign-in of the account. */
export async function changePassword(
  trx: Trx,
  change: { readonly accountId: string; readonly passwordHash: string; readonly keepSessionId: string },
): Promise<void> {
  await run(trx, 'update accounts set password_hash = :passwordHash, updated_at = now() where id = :accountId', {
    accountId: change.accountId,
    passwordHash: change.passwordHash,
  });
  // rule: new-password-ends-other-sessions
  await run(trx, 'delete from sessions where account_id = :accountId and id <> :keepSessionId', {
    accountId: change.accountId,
    keepSessionId: change.keepSessionId,
  });
}

export async function deleteExpiredSessions(db: Db): Promise<void> {
  await run(db, 'delete from sessions where expires_at < now()');
}
