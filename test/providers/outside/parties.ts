import { outside, parseEnvironment, type Environment } from '../../../config/env';
import type { EnterpriseRegistry } from '../../../domain/ports/enterprise-registry';
import type { IdentityScan } from '../../../domain/ports/identity-scan';
import type { CorporateTransfers } from '../../../domain/ports/corporate-transfers';
import type { Messages } from '../../../domain/ports/messages';
import { ProviderError } from '../../../domain/ports/provider-error';
import type { Surroundings } from '../../../providers/http/caller';
import { createOutside } from '../../../providers/outside';

export interface Parties {
  readonly registry: EnterpriseRegistry;
  readonly transfers: CorporateTransfers;
  readonly identity: IdentityScan;
  readonly messages: Messages;
}

/** The adapters as an installation with these variables has them. */
export function partiesOf(environment: Environment, around: Surroundings = {}): Parties {
  const { registry, transfers, identity, messages } = createOutside(
    outside(parseEnvironment({ MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: 'http://127.0.0.1:9', ...environment })),
    { deadlineMs: 60_000, pauseMs: 5, ...around },
  );
  return { registry: registry!, transfers: transfers!, identity: identity!, messages: messages! };
}

let counted = 0;
/** New each time: references are remembered. */
export const reference = (): string => `ref_${process.pid}_${String((counted += 1))}`;

/** Marked, so that it is found wherever it must not be. */
export const personal = {
  name: '标记公司',
  code: '91350100M000100Y43',
  person: '标记人',
  idNumber: '11010519491231002X',
  accountNumber: '6222000011112222',
  mobile: '13900001111',
} as const;

export const transfer = (change: object = {}) => ({
  reference: reference(),
  accountName: personal.name,
  accountNumber: personal.accountNumber,
  bankName: '招商银行',
  branchName: '科技园支行',
  location: '广东省深圳市',
  amountFen: 37,
  ...change,
});

export const scan = (change: object = {}) => ({
  reference: reference(),
  enterpriseName: personal.name,
  code: personal.code,
  name: personal.person,
  idNumber: personal.idNumber,
  ...change,
});

export const message = (change: object = {}) => ({
  id: reference(),
  channel: 'sms' as const,
  to: personal.mobile,
  subject: 'Mallflow',
  text: '您有一项待办。You have something to do.',
  ...change,
});

/** `kind CODE`, or what came instead of an error; nothing personal may be in the error. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    return `no failure: ${JSON.stringify(await call)}`;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const told = `${error.message} ${JSON.stringify(error)} ${error.stack ?? ''} ${String(error.cause)}`;
    for (const secret of Object.values(personal)) expect(told).not.toContain(secret);
    return `${error.kind} ${error.code}`;
  }
}
