import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Books } from '../books/books';
import type { Identity } from '../keys/identity';
import { billFile } from './bill-file';
import { paramError, Refusal } from './refusal';
import type { BillQuery } from './schemas';
import { beginOfDay, shanghaiDay } from './time';

const dayMs = 86_400_000;
/** A day's bill is ready at ten in the morning of the next one. */
const readyAfterMs = 34 * 3_600_000;
const keptMs = 90 * dayMs;
const downloadWithinMs = 5 * 60_000;
/** Bills made and not yet fetched; the oldest gives way. */
const mostOffered = 32;

interface Offer {
  readonly bytes: Buffer;
  readonly until: number;
}

/** Bills by day: first asked for, then fetched at an address that is good for some minutes. */
export class Bills {
  private readonly offers = new Map<string, Offer>();

  constructor(
    private readonly books: Books,
    private readonly identity: Identity,
  ) {}

  /** The address and the hash of a day's bill. The hash is that of the plain file, packed or not. @throws Refusal */
  offer(query: BillQuery, baseUrl: string): { hash_type: 'SHA1'; hash_value: string; download_url: string } {
    this.checkReady(query.bill_date);
    const file = billFile(this.books, this.identity, query.bill_date, query.bill_type);
    if (file === undefined) throw new Refusal(400, 'NO_STATEMENT_EXIST', '账单文件不存在');
    const plain = Buffer.from(file);
    const token = randomBytes(24).toString('base64url');
    const [oldest] = this.offers.keys();
    if (this.offers.size >= mostOffered && oldest !== undefined) this.offers.delete(oldest);
    const bytes = query.tar_type === 'GZIP' ? gzipSync(plain) : plain;
    this.offers.set(token, { bytes, until: Date.now() + downloadWithinMs });
    return {
      hash_type: 'SHA1',
      hash_value: createHash('sha1').update(plain).digest('hex'),
      download_url: `${baseUrl}/v3/billdownload/file?token=${token}`,
    };
  }

  /** @throws Refusal */
  file(token: string): Buffer {
    const offer = this.offers.get(token);
    if (offer === undefined || offer.until < Date.now())
      throw new Refusal(400, 'INVALID_REQUEST', '账单下载地址无效或已过期，请重新申请账单');
    return offer.bytes;
  }

  private checkReady(day: string): void {
    const begin = beginOfDay(day);
    const now = Date.now();
    if (Number.isNaN(begin)) throw paramError('/bill_date', 'is no day', 'query');
    if (begin > beginOfDay(shanghaiDay(now))) throw new Refusal(400, 'INVALID_REQUEST', '账单日期不能晚于今天');
    if (begin < now - keptMs) throw new Refusal(400, 'INVALID_REQUEST', '仅支持三个月内的账单下载申请');
    if (now < begin + readyAfterMs && !this.books.isPublished(day))
      throw new Refusal(400, 'STATEMENT_CREATING', '账单生成中，请稍后再试');
  }
}
