import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { ChannelError, type BillRow, type ChannelBill } from '../../../domain/ports/payment-channel';
import { BillReader } from './bill-text';
import { bookIsClosedAt } from './channel-time';
import { billInMakingCodes, meaning, noBillCodes } from './codes';
import type { WechatPayHttp } from './http-client';
import { billTicket, parsed } from './shapes';

/** Of the unpacked file. */
const billLimitBytes = 134_217_728;

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
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = new BillReader();
  let fault: ChannelError | undefined;
  let rest = '';
  let length = 0;
  const take = (lines: readonly string[]): void => {
    // The hash comes first: of a file that is not the one named, it does not matter what is wrong in it.
    if (fault === undefined) fault = faultOf(() => lines.forEach((line) => reader.line(line)));
  };
  for await (const piece of unpacked(bytes)) {
    length += piece.length;
    if (length > billLimitBytes) throw new ChannelError('untrusted', 'BILL_TOO_LARGE');
    hash.update(piece);
    const lines = (rest + decoded(decoder, piece)).split('\n');
    rest = lines.pop() ?? '';
    take(lines);
  }
  // rule: wechat-pay-bill-is-the-one-named
  if (hash.digest('hex') !== sha1) throw new ChannelError('untrusted', 'BILL_HASH');
  take([rest]);
  if (fault !== undefined) throw fault;
  return reader.end();
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

function decoded(decoder: TextDecoder, piece: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: true });
  } catch {
    throw new ChannelError('untrusted', 'BILL_SHAPE');
  }
}

/** The channel packs the file when asked to, and says so only by its first two bytes. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  try {
    const first = await source.next();
    if (first.done === true) return;
    const whole = continued(first.value, source);
    yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? gunzipped(whole) : whole;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw typeof code === 'string' && code.startsWith('Z_') ? new ChannelError('untrusted', 'BILL_SHAPE') : error;
  } finally {
    await source.return?.();
  }
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
