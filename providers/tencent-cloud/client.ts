import { z } from 'zod';
import { ProviderError } from '../../domain/ports/provider-error';
import { Caller, type Incoming, type Outgoing, type Surroundings } from '../http/caller';
import { codeOf, jsonOf } from '../http/json';
import { authorization, signedContentType, type TencentCloudKey } from './signing';

/** One product of Tencent Cloud's API 3.0. */
export interface TencentCloudService extends TencentCloudKey {
  /** Who is asked, in notes of calls: `registry`, `tenpay`. */
  readonly party: string;
  /** Product, e.g. `ocr`. */
  readonly service: string;
  /** Of the interface, e.g. `2018-11-19`. */
  readonly version: string;
  /** Left out where the product takes none. */
  readonly region?: string;
  /** Origin of the endpoint, no path. */
  readonly baseUrl: string;
}

export interface TencentCloudQuestion<T> {
  readonly action: string;
  readonly body: object;
  /** Asking twice is the same as asking once. */
  readonly isRepeatable: boolean;
  /** What is within `Response`; throw ProviderError (untrusted) for what makes no sense, see `parsed`. */
  readonly read: (response: unknown) => T;
  /** Error codes that are an answer. */
  readonly meanings?: ReadonlyMap<string, T>;
  /** Error codes (or what they begin with) of this product that pass. */
  readonly passing?: readonly string[];
}

/**
 * Not the question's fault (cloud.tencent.com/document/api/213/30435, 公共错误码): too often, a fault of theirs, or our
 * keys, clock, rights or account. A question refused for these would be answered once somebody has put them right.
 */
const passingCodes = [
  'RequestLimitExceeded',
  'LimitExceeded',
  'InternalError',
  'ServiceUnavailable',
  'ResourceUnavailable',
  'ResourceInsufficient',
  'ResourcesSoldOut',
  'ActionOffline',
  'AuthFailure',
  'UnauthorizedOperation',
] as const;

const errorAnswer = z.object({ Response: z.object({ Error: z.object({ Code: z.string() }) }) });
const answer = z.object({ Response: z.looseObject({ RequestId: z.string() }) });

/** Answers of this API are not signed: that they are its own is vouched for by TLS alone. */
export class TencentCloud {
  private readonly caller: Caller;
  private readonly url: URL;

  constructor(
    private readonly service: TencentCloudService,
    around: Surroundings = {},
  ) {
    this.caller = new Caller(service.party, around);
    this.url = new URL('/', service.baseUrl);
  }

  /** @throws ProviderError */
  ask<T>(question: TencentCloudQuestion<T>): Promise<T> {
    return this.caller.call({
      operation: question.action,
      isRepeatable: question.isRepeatable,
      once: async (send) =>
        meaningOf(question, await send(this.signed(question.action, JSON.stringify(question.body)))),
    });
  }

  private signed(action: string, body: string): Outgoing {
    const { service, version, region } = this.service;
    const timestamp = Math.floor(this.caller.now() / 1_000);
    return {
      method: 'POST',
      url: this.url,
      headers: {
        authorization: authorization(this.service, { service, host: this.url.host, action, timestamp, body }),
        'content-type': signedContentType,
        'x-tc-action': action,
        'x-tc-version': version,
        'x-tc-timestamp': String(timestamp),
        ...(region === undefined ? {} : { 'x-tc-region': region }),
      },
      body,
    };
  }
}

function meaningOf<T>(question: TencentCloudQuestion<T>, { status, body }: Incoming): T {
  if (status === 429 || status >= 500) throw new ProviderError('busy', `HTTP_${status}`);
  const said = jsonOf(body);
  const failed = errorAnswer.safeParse(said);
  if (failed.success) return refusalOf(question, codeOf(failed.data.Response.Error.Code));
  const found = answer.safeParse(said);
  // rule: tencent-cloud-answers-are-answers
  if (status !== 200 || !found.success)
    throw new ProviderError('untrusted', status === 200 ? 'ANSWER_SHAPE' : `HTTP_${status}`);
  return question.read(found.data.Response);
}

function refusalOf<T>({ meanings, passing }: TencentCloudQuestion<T>, code: string): T {
  if (meanings?.has(code) === true) return meanings.get(code) as T;
  const passes = [...passingCodes, ...(passing ?? [])].some((one) => code === one || code.startsWith(`${one}.`));
  // rule: tencent-cloud-our-fault-is-not-the-sellers
  throw new ProviderError(passes ? 'busy' : 'refused', code);
}
