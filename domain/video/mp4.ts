import type { ReadBytes } from '../ports/video-store';

/** Bytes that can be looked at anywhere: a file on disk, of which only little is read. */
export interface Bytes {
  readonly length: number;
  readonly read: ReadBytes;
}

/** What ISO/IEC 14496-12 calls a box: a type of four letters, and what is in it. */
interface Box {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

export class DamagedVideo extends Error {}

/** Honest videos have a few dozen, fragmented ones a few thousand: a file of nothing else must not keep us for ever. */
const mostBoxes = 3_000;

function lettersAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** True of what begins as ISO media does; QuickTime files say of themselves that they are none. */
export function beginsAsMp4(bytes: Uint8Array): boolean {
  return lettersAt(bytes, 4) === 'ftyp' && lettersAt(bytes, 8) !== 'qt  ';
}

/**
 * Width and height, in pixels, of the one picture track of an mp4 that is there to its end. Only the boxes are looked
 * at, never the pictures: whoever plays them decodes them.
 *
 * @throws DamagedVideo
 */
export async function mp4Size(bytes: Bytes): Promise<{ readonly width: number; readonly height: number }> {
  if (!beginsAsMp4(await bytes.read(0, Math.min(12, bytes.length)))) throw new DamagedVideo('begins as something else');
  const reader = new BoxReader(bytes);
  const outermost = await reader.boxesIn({ type: '', from: 0, to: bytes.length });
  // rule: videos-have-pictures
  if (!outermost.some(({ type }) => type === 'mdat')) throw new DamagedVideo('no pictures in it');
  const tracks = await reader.within(outermost, ['moov', 'trak', 'mdia']);
  const sizes = [];
  for (const media of tracks) sizes.push(...(await sizesOf(reader, media)));
  const [size, ...more] = sizes;
  // rule: one-track-of-pictures
  if (size === undefined || more.length > 0) throw new DamagedVideo('not one track of pictures');
  return size;
}

/** Of a track of pictures, as its first sample entry tells; none of sound and all else. */
async function sizesOf(reader: BoxReader, media: Box) {
  const [handler] = await reader.within([media], ['hdlr'], 'inside');
  if (handler === undefined || lettersAt(await reader.part(handler, 8, 4), 0) !== 'vide') return [];
  const [description] = await reader.within([media], ['minf', 'stbl', 'stsd'], 'inside');
  // Version and flags, number of entries; then size, type, reserved, data reference and what was defined before.
  if (description === undefined) throw new DamagedVideo('pictures that nothing describes');
  const measures = viewOf(await reader.part(description, 8 + 8 + 8 + 16, 4));
  return [{ width: measures.getUint16(0), height: measures.getUint16(2) }];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

class BoxReader {
  private seen = 0;

  constructor(private readonly bytes: Bytes) {}

  /** Those of a path: of the boxes themselves by its first type, then of what is in them. */
  async within(boxes: readonly Box[], [type, ...deeper]: readonly string[], from?: 'inside'): Promise<Box[]> {
    const here = from === 'inside' ? await this.inAll(boxes) : boxes;
    const named = here.filter((box) => box.type === type);
    return deeper.length === 0 ? named : this.within(named, deeper, 'inside');
  }

  private async inAll(boxes: readonly Box[]): Promise<Box[]> {
    const inside: Box[] = [];
    // One after the other: a file may name thousands.
    for (const box of boxes) inside.push(...(await this.boxesIn(box)));
    return inside;
  }

  /** @throws DamagedVideo where one reaches beyond what it is in: the file ends too early */
  async boxesIn(outer: Box): Promise<Box[]> {
    const boxes: Box[] = [];
    for (let at = outer.from; at < outer.to;) {
      // rule: boxes-are-bounded
      if (++this.seen > mostBoxes) throw new DamagedVideo('too many boxes');
      const box = await this.boxAt(at, outer);
      boxes.push(box);
      at = box.to;
    }
    return boxes;
  }

  private async boxAt(at: number, outer: Box): Promise<Box> {
    const head = await this.part({ ...outer, from: at }, 0, 8);
    const type = lettersAt(head, 4);
    const size = viewOf(head).getUint32(0);
    // 1: the size is longer than fits there, and follows. 0: to the end of the file.
    if (size === 1) {
      const long = viewOf(await this.part({ ...outer, from: at }, 8, 8)).getBigUint64(0);
      return this.fitting({ type, from: at + 16, to: at + Number(long) }, outer);
    }
    return this.fitting({ type, from: at + 8, to: size === 0 ? outer.to : at + size }, outer);
  }

  private fitting(box: Box, outer: Box): Box {
    // rule: videos-are-whole
    if (box.to < box.from || box.to > outer.to) throw new DamagedVideo('not to its end');
    return box;
  }

  /** Some bytes of a box, counted from where its content begins. */
  async part(box: Box, at: number, length: number): Promise<Uint8Array> {
    if (box.from + at + length > box.to) throw new DamagedVideo('not to its end');
    return this.bytes.read(box.from + at, length);
  }
}
