import { firstRow } from '../../db/connection';
import { emailAbout } from '../../db/account/contact';
import { mobileAbout } from '../../db/account/repository';
import { newAccount } from '../support/accounts';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

let mallflow: Installation;
let client: HttpClient;
let accountId: string;
beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
  client = await newAccount(mallflow, { login: 'reviewer-to-reach', roles: ['reviewer'] });
  accountId = (await client.get('/v1/me')).body.id as string;
});
afterAll(() => mallflow.stop());

const patch = async (body: unknown): Promise<unknown[]> => {
  const { status, body: answer } = await client.patch('/v1/me/contact', body);
  return [
    status,
    answer.channels ?? answer.code,
    ...(answer.errors ?? []).map((fault: { path: string }) => fault.path),
  ];
};

/** What stands in the database, opened. */
async function stored(): Promise<(string | null)[]> {
  const row = await firstRow<Record<'mobileKey' | 'mailKey', string | null> & Record<'mobile' | 'mail', Buffer | null>>(
    mallflow.database.db,
    `select mobile_key_id as "mobileKey", mobile_ciphertext as mobile, email_key_id as "mailKey", email_ciphertext as mail
       from accounts where id = :accountId`,
    { accountId },
  );
  const open = (about: string, keyId: string | null, ciphertext: Buffer | null) =>
    keyId === null || ciphertext === null ? null : mallflow.services.vault.open(about, { keyId, ciphertext });
  return [
    open(mobileAbout(accountId), row?.mobileKey ?? null, row?.mobile ?? null),
    open(emailAbout(accountId), row?.mailKey ?? null, row?.mail ?? null),
  ];
}

it('is said one by one, sealed, and taken away by null', async () => {
  expect((await client.get('/v1/me/contact')).body).toEqual({ channels: [] });
  expect(await patch({ email: ' reviewer@example.com ' })).toEqual([200, ['mail']]);
  expect(await stored()).toEqual([null, 'reviewer@example.com']);
  expect(await patch({ mobile: '+86 138 0013 8000' })).toEqual([200, ['mail', 'sms']]);
  expect(await stored()).toEqual(['13800138000', 'reviewer@example.com']);
  expect((await client.get('/v1/me/contact')).body).toEqual({ channels: ['mail', 'sms'] });
  expect(await patch({ email: null })).toEqual([200, ['sms']]);
  expect(await stored()).toEqual(['13800138000', null]);
  const audit = await firstRow<{ count: number }>(
    mallflow.database.db,
    `select count(*) from audit_log where action = 'account.contact' and actor = :accountId and subject_id = :accountId`,
    { accountId },
  );
  expect(audit?.count).toBe(3);
});

it.each<[unknown, string]>([
  [{}, ''],
  [{ email: 'nobody' }, '/email'],
  [{ email: `${'a'.repeat(250)}@example.com` }, '/email'],
  [{ mobile: '12345' }, '/mobile'],
  [{ email: null, phone: '13800138000' }, '/phone'],
])('%j is refused, and what stands stays', async (body, path) => {
  const before = await stored();
  expect(await patch(body)).toEqual([400, 'VALIDATION_FAILED', path]);
  expect(await stored()).toEqual(before);
});
