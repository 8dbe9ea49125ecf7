import { z } from 'zod';
import { registerSchema } from '../../domain/account/schemas';
import { accountById } from '../../db/account/queries';
import { addAccount, mobileAbout } from '../../db/account/repository';
import { recordAudit } from '../../db/case/repository';
import { newId } from '../../db/new-id';
import { resourceShape } from '../http/answers';
import { requireSameSite } from '../http/authenticate';
import { route, type AnyRoute } from '../http/route';
import { iso } from '../http/times';

/** The mobile number is not told again, to anybody. */
const registeredSchema = z.strictObject({
  ...resourceShape,
  login: z.string(),
  displayName: z.string(),
  roles: z.array(z.string()),
});

/**
 * „注册账号“: open to everybody. Nobody is signed in yet to bind a key to, so that it is the login that is taken once; the
 * account has no role until its seller centre opens.
 */
const register = route({
  method: 'post',
  path: '/v1/accounts',
  refuses: [403],
  summary: 'Register an account, to become a seller with; an Idempotency-Key is not looked at, a login is taken once',
  tag: 'accounts',
  access: 'open',
  idempotency: 'none',
  body: registerSchema,
  answers: { 201: registeredSchema },
  handle: async ({ services, request, body, requestId }) => {
    const { db, throttle, passwords, vault } = services;
    // rule: registrations-come-from-our-own-pages
    requireSameSite(request);
    // rule: registrations-are-throttled
    await throttle.countRegistration(request.ip ?? '');
    const id = newId('account');
    const { login, displayName, mobile } = body;
    const passwordHash = await passwords.hash(body.password);
    return db.transaction(async (trx) => {
      await addAccount(trx, {
        ...{ id, login, passwordHash, displayName, roles: [], enterpriseId: null, mallId: null },
        mobile: vault.seal(mobileAbout(id), mobile),
      });
      await recordAudit(trx, {
        ...{ action: 'account.register', subjectId: id, enterpriseId: null },
        by: { actor: id, requestId },
      });
      const account = await accountById(trx, id);
      if (account === undefined) throw new Error(`account ${id} vanished`);
      const { createdAt, updatedAt } = account;
      return {
        status: 201,
        body: {
          ...{ id, login, displayName, roles: account.roles, state: 'active', actions: [] },
          ...{ createdAt: iso(createdAt), updatedAt: iso(updatedAt) },
        },
      };
    });
  },
});

export const registrationRoutes: readonly AnyRoute[] = [register];
