import { hash } from '@node-rs/argon2';
import type { Role } from '../../domain/shared/roles';
import { addAccount } from '../../db/account/repository';
import { HttpClient } from './http-client';
import type { Installation } from './installation';

const password = 'a password of the tests';

/** Adds an account as no door of the product does yet (a seller, one without any role) and signs it in. */
export async function newAccount(
  mallflow: Pick<Installation, 'database' | 'url'>,
  account: { readonly login: string; readonly roles: readonly Role[]; readonly enterpriseId?: string },
): Promise<HttpClient> {
  const { login, roles, enterpriseId = null } = account;
  // Cheap on purpose: what is hashed here is no secret.
  const passwordHash = await hash(password, { memoryCost: 1_024, timeCost: 1, parallelism: 1 });
  await mallflow.database.db.transaction((trx) =>
    addAccount(trx, { login, passwordHash, displayName: login, roles, enterpriseId, mallId: null }),
  );
  return HttpClient.signIn(mallflow.url, login, password);
}
