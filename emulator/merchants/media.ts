import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Books } from '../books/books';
import type { Shelf } from '../books/shelf';
import { paramError } from '../wechat/refusal';

export interface Upload {
  /** Exactly the bytes of the part `meta`: they are what is signed. */
  readonly signed: Buffer;
  readonly meta: unknown;
  readonly filename: string;
  readonly bytes: Buffer;
}

const meta = z.strictObject({ filename: z.string().min(1).max(128), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** Largest picture and largest PDF, in bytes (pay.weixin.qq.com/doc/v3/partner/4012760490). */
const most = { picture: 5 * 1_048_576, pdf: 7.5 * 1_048_576 } as const;

/**
 * Reads `multipart/form-data` of two parts, `meta` (JSON) and `file`.
 * @throws Refusal 400 PARAM_ERROR
 */
export function uploadIn(contentType: string, raw: Buffer): Upload {
  const [, quoted, plain] =
    /^multipart\/form-data;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))$/.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw paramError('Content-Type', 'must be multipart/form-data with a boundary', 'header');
  const parts = partsOf(raw, boundary);
  const metaPart = parts.find(({ head }) => /name="meta"/.test(head));
  const file = parts.find(({ head }) => /name="file"/.test(head));
  if (metaPart === undefined || file === undefined) throw paramError('/', 'must have the parts meta and file', 'body');
  if (!/content-type:\s*application\/json/i.test(metaPart.head))
    throw paramError('/meta', 'must be application/json', 'body');
  const filename = /filename="([^"]+)"/.exec(file.head)?.[1] ?? '';
  return { signed: metaPart.content, meta: jsonOf(metaPart.content), filename, bytes: file.content };
}

function partsOf(raw: Buffer, boundary: string): { head: string; content: Buffer }[] {
  const parts: { head: string; content: Buffer }[] = [];
  const line = Buffer.from(`--${boundary}`);
  let at = raw.indexOf(line);
  while (at >= 0) {
    const next = raw.indexOf(line, at + line.length);
    if (next < 0) break;
    // After the boundary's line break, up to the one before the next boundary.
    const part = raw.subarray(at + line.length + 2, next - 2);
    const split = part.indexOf('\r\n\r\n');
    if (split >= 0) parts.push({ head: part.subarray(0, split).toString('utf8'), content: part.subarray(split + 4) });
    at = next;
  }
  return parts;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw paramError('/meta', 'is not JSON', 'body');
  }
}

/** What was uploaded, by the name the channel gave it. */
export class Media {
  private readonly shelf: Shelf<{ readonly sha256: string; readonly bytes: number }>;

  constructor(books: Books) {
    this.shelf = books.shelf('merchant_media');
  }

  knows(mediaId: string): boolean {
    return this.shelf.get(mediaId) !== undefined;
  }

  /** @throws Refusal 400 PARAM_ERROR */
  async take(upload: Upload): Promise<string> {
    const told = meta.safeParse(upload.meta);
    if (!told.success) throw paramError(`/meta/${told.error.issues[0]?.path.join('/') ?? ''}`, 'is wrong', 'body');
    const [, ending] = /\.(jpe?g|bmp|png|pdf)$/i.exec(told.data.filename) ?? [];
    if (ending === undefined) throw paramError('/meta/filename', 'must end in jpg, bmp, png or pdf', 'body');
    if (upload.filename !== told.data.filename) throw paramError('/file', 'has another filename than meta', 'body');
    const limit = ending.toLowerCase() === 'pdf' ? most.pdf : most.picture;
    if (upload.bytes.length === 0 || upload.bytes.length > limit) throw paramError('/file', 'has a wrong size', 'body');
    const sha256 = createHash('sha256').update(upload.bytes).digest('hex');
    if (sha256 !== told.data.sha256) throw paramError('/meta/sha256', 'is not that of the file', 'body');
    const mediaId = randomBytes(32).toString('base64url');
    await this.shelf.put(mediaId, { sha256, bytes: upload.bytes.length });
    return mediaId;
  }
}
