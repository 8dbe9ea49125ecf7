/** A box of ISO media: its length, its type, and what is in it. */
export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const inside = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + inside.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, inside]);
}

/** The same with a length of 64 bits, as boxes of over 4 GB need and others may have. */
export function longBox(type: string, ...content: readonly Buffer[]): Buffer {
  const inside = Buffer.concat(content);
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write(type, 4, 'latin1');
  head.writeBigUInt64BE(BigInt(16 + inside.length), 8);
  return Buffer.concat([head, inside]);
}

/** What a track is: of pictures or of sound. */
export function handler(kind: 'vide' | 'soun'): Buffer {
  return box('hdlr', Buffer.alloc(8), Buffer.from(kind), Buffer.alloc(13));
}

export function pictureTrack(width: number, height: number): Buffer {
  const measures = Buffer.alloc(4);
  measures.writeUInt16BE(width, 0);
  measures.writeUInt16BE(height, 2);
  const entry = box('avc1', Buffer.alloc(24), measures, Buffer.alloc(50));
  const described = box('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), entry);
  return box('trak', box('tkhd', Buffer.alloc(84)), box('mdia', handler('vide'), box('minf', box('stbl', described))));
}

export const soundTrack = box('trak', box('mdia', handler('soun'), box('minf')));

export const beginning = box('ftyp', Buffer.from('isom\0\0\u0002\0isomavc1', 'latin1'));

/** An mp4 with one track of pictures and one of sound; `padding` bytes stand for both. */
export function mp4({ width = 1280, height = 720, padding = 64 } = {}): Buffer {
  const tracks = [pictureTrack(width, height), soundTrack];
  return Buffer.concat([beginning, box('mdat', Buffer.alloc(padding, 7)), box('moov', box('mvhd'), ...tracks)]);
}
