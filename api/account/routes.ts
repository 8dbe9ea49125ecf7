import { z } from 'zod';
import { addStaffSchema, changePasswordSchema, signInSchema } from '../../domain/account/schemas';
import { DomainError } from '../../domain/shared/errors';
import { roles, type Principal } from '../../domain/shared/roles';
import { accountById } from '../../db/account/queries';
import {
  addAccount,
  addSession,
  changePassword,
  credentialsByLogin,
  endSession,
  passwordHashOf,
} from '../../db/account/repository';
import { recordAudit } from '../../db/case/repository';
import type { Db } from '../../db/connection';
import { mallIdsOf } from '../../db/mall/queries';
import { requireEnterprise } from '../../db/mall/repository';
import { newId } from '../../db/new-id';
import { resourceShape } from '../http/answers';
import { cookieName, newToken, requireSameSite } from '../http/authenticate';
import { commandRequest, route, type AnyRoute, type Call } from '../http/route';
import { iso } from '../http/times';
import type { Services } from '../services';

const accountSchema = z.strictObject({
  id: z.string(),
  login: z.string(),
  displayName: z.string(),
  roles: z.array(z.enum(roles)),
  enterpriseId: z.string().optional(),
  mallIds: z.array(z.string()).optional(),
  memberId: z.string().optional(),
  sellerId: z.string().optional(),
});

const staffSchema = z.strictObject({
  ...resourceShape,
  login: z.string(),
  displayName: z.string(),
  roles: z.array(z.enum(roles)),
  enterpriseId: z.string().optional(),
});

async function renderAccount(db: Db, principal: Principal) {
  const mallIds = await mallIdsOf(db, principal);
  return {
    id: principal.accountId,
    login: principal.login,
    displayName: principal.displayName,
    roles: [...principal.roles],
    ...(principal.enterpriseId === null ? {} : { enterpriseId: principal.enterpriseId }),
    ...(mallIds.length === 0 ? {} : { mallIds }),
    ...(principal.memberId === null ? {} : { memberId: principal.memberId }),
    ...(principal.sellerId === null ? {} : { sellerId: principal.sellerId }),
  };
}

function sessionCookie(services: Services, token: string, maxAgeMs: number): string {
  const { cookieSecure } = services.settings;
  const secure = cookieSecure ? '; Secure' : '';
  const maxAge = Math.floor(maxAgeMs / 1_000);
  return `${cookieName(cookieSecure)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
}

const signIn = route({
  method: 'post',
  path: '/v1/sessions',
  refuses: [401, 403],
  summary: 'Sign in',
  tag: 'accounts',
  access: 'open',
  idempotency: 'none',
  body: signInSchema,
  answers: { 201: z.strictObject({ token: z.string(), account: accountSchema }) },
  handle: async ({ services, request, body }) => {
    const { db, throttle, passwords, settings } = services;
    // Signing somebody in from another site would let them act in a stranger's account.
    requireSameSite(request);
    const address = request.ip ?? '';
    // rule: guessing-is-throttled
    await throttle.count(body.login, address);
    const found = await credentialsByLogin(db, body.login);
    if (!(await passwords.matches(body.password, found?.passwordHash)) || found === undefined)
      throw new DomainError('SIGN_IN_FAILED');
    const { token, sha256 } = newToken();
    const session = { accountId: found.accountId, tokenSha256: sha256, lifetimeMs: settings.sessionMs };
    if (!(await addSession(db, { ...session, verifiedHash: found.passwordHash })))
      throw new DomainError('SIGN_IN_FAILED');
    await throttle.forgive(body.login, address);
    return {
      status: 201,
      body: { token, account: await renderAccount(db, found) },
      headers: { 'Set-Cookie': sessionCookie(services, token, settings.sessionMs), 'Cache-Control': 'no-store' },
    };
  },
});

const signOut = route({
  method: 'delete',
  path: '/v1/sessions/current',
  summary: 'Sign out',
  tag: 'accounts',
  access: 'signed_in',
  idempotency: 'none',
  answers: { 204: null },
  handle: async ({ services, sessionId }) => {
    await endSession(services.db, sessionId);
    return { status: 204, headers: { 'Set-Cookie': sessionCookie(services, '', 0) } };
  },
});

const me = route({
  method: 'get',
  path: '/v1/me',
  summary: 'The signed-in account',
  tag: 'accounts',
  access: 'signed_in',
  idempotency: 'none',
  query: z.strictObject({}),
  answers: { 200: accountSchema },
  handle: async ({ services, principal }) => ({ status: 200, body: await renderAccount(services.db, principal) }),
});

function passwordWrong(): DomainError {
  return new DomainError('PASSWORD_WRONG', {
    errors: [{ path: '/current', code: 'PASSWORD_WRONG', message: 'not the current password' }],
  });
}

/** Whoever has a session may not guess the password behind it either: tries are counted like sign-ins. */
async function hashesOfChange({ services, principal, request, body }: Call<PasswordBody, undefined, undefined>) {
  const address = request.ip ?? '';
  await services.throttle.count(principal.login, address);
  const stored = await passwordHashOf(services.db, principal.accountId);
  // rule: current-password-is-asked
  if (!(await services.passwords.matches(body.current, stored)) || stored === undefined) throw passwordWrong();
  await services.throttle.forgive(principal.login, address);
  return { verifiedHash: stored, passwordHash: await services.passwords.hash(body.next) };
}

type PasswordBody = z.infer<typeof changePasswordSchema>;

const password = route({
  method: 'post',
  path: '/v1/me/password',
  summary: 'Change the password; every other sign-in of the account ends',
  tag: 'accounts',
  access: 'signed_in',
  idempotency: 'honoured',
  body: changePasswordSchema,
  answers: { 204: null },
  handle: async (call) => {
    const { services, principal, sessionId, requestId } = call;
    let hashes = { verifiedHash: '', passwordHash: '' };
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 204,
      resourceId: principal.accountId,
      prepare: async () => {
        hashes = await hashesOfChange(call);
      },
      work: async (trx) => {
        if (!(await changePassword(trx, { accountId: principal.accountId, ...hashes, keepSessionId: sessionId })))
          throw passwordWrong();
        await recordAudit(trx, {
          action: 'account.change_password',
          subjectId: principal.accountId,
          enterpriseId: principal.enterpriseId,
          by: { actor: principal.accountId, requestId },
        });
      },
      render: () => Promise.resolve(undefined),
    });
  },
});

const addStaff = route({
  method: 'post',
  path: '/v1/accounts/staff',
  summary: 'Add an account for a mall manager, reviewer or operator',
  tag: 'furnishing',
  access: ['operator'],
  idempotency: 'honoured',
  body: addStaffSchema,
  answers: { 201: staffSchema },
  handle: async (call) => {
    const { services, principal, body, requestId } = call;
    const id = newId('account');
    const passwordHash = await services.passwords.hash(body.password);
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        if (body.enterpriseId !== undefined) await requireEnterprise(trx, body.enterpriseId);
        const { login, displayName } = body;
        const enterpriseId = body.enterpriseId ?? null;
        await addAccount(trx, { id, login, passwordHash, displayName, roles: body.roles, enterpriseId, mallId: null });
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'account.add_staff', subjectId: id, enterpriseId, by });
      },
      render: async (trx) => {
        const account = await accountById(trx, id);
        if (account === undefined) throw new Error(`account ${id} vanished`);
        const { enterpriseId, createdAt, updatedAt, ...rest } = account;
        return {
          ...rest,
          state: 'active',
          ...(enterpriseId === null ? {} : { enterpriseId }),
          createdAt: iso(createdAt),
          updatedAt: iso(updatedAt),
          actions: [],
        };
      },
    });
  },
});

export const accountRoutes: readonly AnyRoute[] = [signIn, signOut, me, password, addStaff];
