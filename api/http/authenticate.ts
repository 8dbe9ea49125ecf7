import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { DomainError } from '../../domain/shared/errors';
import type { Principal } from '../../domain/shared/roles';
import { principalByToken, type SignedIn } from '../../db/account/repository';
import type { Db } from '../../db/connection';
import type { Access } from './route';

/** An opaque 256-bit token; only its hash is stored, so a copy of the database signs nobody in. */
export function newToken(): { readonly token: string; readonly sha256: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, sha256: sha256(token) };
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function cookieName(secure: boolean): string {
  // The __Host- prefix binds a cookie to this host and to TLS; browsers refuse it on plain HTTP.
  return secure ? '__Host-mallflow' : 'mallflow';
}

/**
 * The account behind a bearer token or the cookie.
 *
 * @throws DomainError SIGN_IN_REQUIRED; ORIGIN_REFUSED when a cookie call that changes something comes from elsewhere
 */
export async function authenticate(request: Request, db: Db, cookieSecure: boolean): Promise<SignedIn> {
  const bearer = /^Bearer ([\w-]{20,100})$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = bearer ?? cookieOf(request, cookieName(cookieSecure));
  if (token === undefined) throw new DomainError('SIGN_IN_REQUIRED');
  const signedIn = await principalByToken(db, sha256(token));
  // rule: token-must-be-known
  if (signedIn === undefined) throw new DomainError('SIGN_IN_REQUIRED');
  // rule: cookie-from-the-same-site
  if (bearer === undefined) requireSameSite(request);
  return signedIn;
}

function cookieOf(request: Request, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** Browsers send a cookie along with other sites' requests; they also say where a request comes from. */
export function requireSameSite(request: Request): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const site = request.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  if (site === undefined && sameHost(request.headers.origin, request.host)) return;
  throw new DomainError('ORIGIN_REFUSED');
}

function sameHost(origin: string | undefined, host: string): boolean {
  // Neither header: not a browser, and only browsers can be tricked into sending a cookie.
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** @throws DomainError FORBIDDEN */
export function authorize(access: Access, principal: Principal): void {
  if (access === 'open' || access === 'signed_in') return;
  // rule: roles-are-asked
  if (!principal.roles.some((role) => access.includes(role))) throw new DomainError('FORBIDDEN');
}
