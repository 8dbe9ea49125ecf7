import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { ChannelError, type BillRow, type ChannelBill } from '../../../domain/ports/payment-channel';
import { BillReader } from './bill-text';
import { bookIsClosedAt } from './channel-time';
import { billInMakingCodes, meaning, noBillCodes } from '../../wechat-pay/codes';
import type { WechatPayHttp } from '../../wechat-pay/http-client';
import { billTicket, parsed } from './shapes';

/** Of the unpacked file. */
const billLimitBytes = 134_217_728;
const lineLimitBytes = 65_536;
const lineFeed = 0x0a;
const gzipMark = Buffer.from([0x1f, 0x8b]);

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The book of one day: a signed answer names file and hash, the file is read as it comes.
 * @throws ChannelError
 */
export async function fetchBill(http: WechatPayHttp, day: string, nowMs: number): Promise<ChannelBill | 'not_ready'> {
  const ticket = await http.ask<z.output<typeof billTicket> | 'in_making' | 'none'>({
    operation: 'bill',
    method: 'GET',
    path: `/v3/bill/tradebill?bill_date=${encodeURIComponent(day)}&bill_type=ALL&tar_type=GZIP`,
    read: (body) => parsed(billTicket, body),
    meanings: new Map([...meaning(billInMakingCodes, 'in_making'), ...meaning(noBillCodes, 'none')]),
  });
  if (ticket === 'in_making') return 'not_ready';
  // A day without any trade has no book; before the book is closed, nobody can know that.
  if (ticket === 'none')
    return nowMs < bookIsClosedAt(day) ? 'not_ready' : { channel: 'wechat_pay', day, rows: [], sha1: '' };
  const sha1 = ticket.hash_value.toLowerCase();
  const rows = await http.download(new URL(ticket.download_url), (bytes) => readBill(bytes, sha1));
  return { channel: 'wechat_pay', day, rows, sha1 };
}

/**
 * @param bytes as they come, packed with gzip or not
 * @param sha1 of the unpacked file, lower-case hex
 * @throws ChannelError when the file is another one, or makes no sense
 */
export async function readBill(bytes: AsyncIterable<Uint8Array>, sha1: string): Promise<readonly BillRow[]> {
  const hash = createHash('sha1');
  const reader = new BillReader();
  let fault: ChannelError | undefined;
  let rest: Uint8Array = Buffer.alloc(0);
  let length = 0;
  const take = (line: Uint8Array): void => {
    // The hash comes first: of a file that is not the one named, it does not matter what is wrong in it.
    fault ??= faultOf(() => reader.line(textOf(line)));
  };
  for await (const piece of unpacked(bytes)) {
    length += piece.length;
    if (length > billLimitBytes) throw new ChannelError('untrusted', 'BILL_TOO_LARGE');
    hash.update(piece);
    const [lines, unfinished] = linesOf(Buffer.concat([rest, piece]));
    lines.forEach(take);
    rest = unfinished;
    if (rest.length > lineLimitBytes) throw new ChannelError('untrusted', 'BILL_SHAPE');
  }
  // rule: wechat-pay-bill-is-the-one-named
  if (hash.digest('hex') !== sha1) throw new ChannelError('untrusted', 'BILL_HASH');
  take(rest);
  if (fault !== undefined) throw fault;
  return reader.end();
}

function linesOf(bytes: Buffer): [Uint8Array[], Uint8Array] {
  const lines: Uint8Array[] = [];
  let from = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [lines, bytes.subarray(from)];
}

function faultOf(attempt: () => void): ChannelError | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof ChannelError) return error;
    throw error;
  }
}

/** A line feed is never part of another character, so lines can be told apart before they are text. */
function textOf(line: Uint8Array): string {
  try {
    return decoder.decode(line);
  } catch {
    throw new ChannelError('untrusted', 'BILL_SHAPE');
  }
}

/** The channel packs the file when asked to, and says so only by its first two bytes. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  try {
    const begun = await beginning(source, gzipMark.length);
    const whole = continued(begun, source);
    yield* begun.subarray(0, gzipMark.length).equals(gzipMark) ? gunzipped(whole) : whole;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw typeof code === 'string' && code.startsWith('Z_') ? new ChannelError('untrusted', 'BILL_SHAPE') : error;
  } finally {
    await source.return?.();
  }
}

async function beginning(source: AsyncIterator<Uint8Array>, atLeast: number): Promise<Buffer> {
  let begun = Buffer.alloc(0);
  while (begun.length < atLeast) {
    const next = await source.next();
    if (next.done === true) break;
    begun = Buffer.concat([begun, next.value]);
  }
  return begun;
}

async function* continued(first: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  yield first;
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
}

function gunzipped(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip();
  const source = Readable.from(packed);
  source.once('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip) as AsyncIterable<Uint8Array>;
}
