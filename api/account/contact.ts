import { z } from 'zod';
import { contactSchema, type ContactChange } from '../../domain/account/schemas';
import { messageChannels } from '../../domain/ports/messages';
import { channelsOf, emailAbout, setContact } from '../../db/account/contact';
import { mobileAbout } from '../../db/account/repository';
import { recordAudit } from '../../db/case/repository';
import { commandRequest, route, type AnyRoute, type Call } from '../http/route';

/** Which way notices reach the account; where to is not told again, to anybody. */
const reachedSchema = z.strictObject({ channels: z.array(z.enum(messageChannels)) });

const look = route({
  method: 'get',
  path: '/v1/me/contact',
  summary: 'Which way notices reach the signed-in account: `sms`, `mail`; numbers and addresses are not told again',
  tag: 'accounts',
  access: 'signed_in',
  idempotency: 'none',
  query: z.strictObject({}),
  answers: { 200: reachedSchema },
  handle: async ({ services, principal }) => ({
    status: 200,
    body: { channels: await channelsOf(services.db, principal.accountId) },
  }),
});

/** Sealed before it comes near the database. */
function sealedContact({ services, principal, body }: Call<ContactChange, undefined, undefined>) {
  const { accountId } = principal;
  const { mobile, email } = body;
  const seal = (about: string, text: string | null) => (text === null ? null : services.vault.seal(about, text));
  return {
    ...(mobile === undefined ? {} : { mobile: seal(mobileAbout(accountId), mobile) }),
    ...(email === undefined ? {} : { email: seal(emailAbout(accountId), email) }),
  };
}

const change = route<ContactChange>({
  method: 'patch',
  path: '/v1/me/contact',
  summary: 'Say where notices go, a mobile number and a mail address; null takes one away',
  tag: 'accounts',
  access: 'signed_in',
  idempotency: 'none',
  body: contactSchema,
  answers: { 200: reachedSchema },
  handle: (call) => {
    const { services, principal, requestId } = call;
    const { accountId, enterpriseId } = principal;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: accountId,
      work: async (trx) => {
        await setContact(trx, accountId, sealedContact(call));
        const by = { actor: accountId, requestId };
        await recordAudit(trx, { action: 'account.contact', subjectId: accountId, enterpriseId, by });
      },
      render: async (trx) => ({ channels: await channelsOf(trx, accountId) }),
    });
  },
});

export const contactRoutes: readonly AnyRoute[] = [look, change];
