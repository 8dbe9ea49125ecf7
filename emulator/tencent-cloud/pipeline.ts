import { randomUUID } from 'node:crypto';
import express, { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import type { Calls } from '../control/calls';
import type { Fault, FaultKind, Faults, Place } from '../faults';
import { authorized, header, type CloudKeys } from './authorization';
import { CloudRefusal } from './refusal';

type Content = Readonly<Record<string, unknown>>;

type TakeFault = (kinds: readonly FaultKind[]) => Fault | undefined;
type Work = (fault: TakeFault) => Promise<Content>;

interface ActionIdentity {
  readonly service: string;
  readonly version: string;
  readonly place: Place;
}

/** One action of one product, e.g. VerifyBizLicenseEnterprise3 of `ocr`. */
export interface CloudAction extends ActionIdentity {
  /** What is to be done about a body. @throws CloudRefusal */
  readonly understand: (json: unknown) => Work;
}

/** `body` is strict: an unknown field is refused as the real interface refuses it. `work` may throw CloudRefusal. */
export function cloudAction<B>(
  told: ActionIdentity & {
    readonly body: z.ZodType<B>;
    readonly work: (body: B, fault: TakeFault) => Promise<Content>;
  },
): CloudAction {
  const { service, version, place, body, work } = told;
  return {
    ...{ service, version, place },
    understand: (json) => {
      const parsed = body.safeParse(json);
      if (!parsed.success) throw shapeRefusal(parsed.error);
      return (fault) => work(parsed.data, fault);
    },
  };
}

export interface CloudGround {
  readonly keys: CloudKeys;
  readonly actions: ReadonlyMap<string, CloudAction>;
  readonly faults: Faults;
  readonly calls: Calls;
}

/** Every product answers on `POST /`; the header X-TC-Action says what is asked. Answers are not signed. */
export function cloudRoutes(ground: CloudGround): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const raw = express.raw({ type: () => true, limit: '10mb', inflate: false });
  router.post('/', raw, (request, response) => answer(ground, request, response));
  return router;
}

async function answer(ground: CloudGround, request: Request, response: Response): Promise<void> {
  const name = header(request, 'x-tc-action');
  const action = ground.actions.get(name);
  const outcome = await outcomeOf(ground, action, request);
  const place = action?.place;
  const fault = place && outcome.isDone ? ground.faults.take(place, ['drop_answer', '500_after', 'slow']) : undefined;
  const status = fault?.kind === '500_after' ? 500 : outcome.status;
  if (place !== undefined) ground.calls.count(place, status);
  if (fault?.kind === 'drop_answer') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (response.destroyed) return;
  const content = fault?.kind === '500_after' ? errorOf(internalError()) : outcome.content;
  response.status(status).json({ Response: { ...content, RequestId: randomUUID() } });
}

interface Outcome {
  readonly status: number;
  readonly content: Content;
  /** Believed and understood: from here on answers may be lost. */
  readonly isDone: boolean;
}

async function outcomeOf(ground: CloudGround, action: CloudAction | undefined, request: Request): Promise<Outcome> {
  const raw: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  try {
    const { place, work } = believed(ground, action, { headers: request.headers, body: raw });
    const before = ground.faults.take(place, ['429', '500', 'wrong_signature']);
    if (before?.kind === '429') throw new CloudRefusal('RequestLimitExceeded', '请求的次数超过了频率限制');
    if (before?.kind === 'wrong_signature') throw new CloudRefusal('AuthFailure.SignatureFailure', '签名错误');
    if (before?.kind === '500') return { status: 500, content: errorOf(internalError()), isDone: false };
    const content = await work((kinds) => ground.faults.take(place, kinds));
    return { status: 200, content, isDone: true };
  } catch (error) {
    if (error instanceof CloudRefusal) return { status: 200, content: errorOf(error), isDone: false };
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
    return { status: 500, content: errorOf(internalError()), isDone: false };
  }
}

/** @throws CloudRefusal */
function believed(
  ground: CloudGround,
  action: CloudAction | undefined,
  request: Parameters<typeof authorized>[1],
): { readonly place: Place; readonly work: Work } {
  const { service } = authorized(ground.keys, request);
  if (action === undefined || action.service !== service) throw new CloudRefusal('InvalidAction', '接口不存在');
  if (header(request, 'x-tc-version') !== action.version) throw new CloudRefusal('NoSuchVersion', '接口版本不存在');
  if (!/^application\/json(?:;|$)/.test(header(request, 'content-type')))
    throw new CloudRefusal('InvalidParameter', 'Content-Type 错误');
  return { place: action.place, work: action.understand(jsonOf(request.body)) };
}

function shapeRefusal(error: z.ZodError): CloudRefusal {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys')
    return new CloudRefusal('UnknownParameter', `The parameter \`${issue.keys[0] ?? ''}\` is not recognized.`);
  if (issue?.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return new CloudRefusal('MissingParameter', `The request is missing a required parameter \`${path}\`.`);
  return new CloudRefusal('InvalidParameterValue', `The value of the parameter \`${path}\` is not valid.`);
}

function jsonOf(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8')) as unknown;
  } catch {
    throw new CloudRefusal('InvalidParameter', '请求不是 JSON');
  }
}

const internalError = (): CloudRefusal => new CloudRefusal('InternalError', '内部错误');
const errorOf = ({ code, message }: CloudRefusal): Content => ({ Error: { Code: code, Message: message } });
