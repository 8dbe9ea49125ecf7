import { beginsAsMp4, DamagedVideo, mp4Size } from '../../domain/video/mp4';
import { beginning, box, handler, longBox, mp4, pictureTrack, soundTrack } from '../support/videos';

const sizeOf = (bytes: Buffer) =>
  mp4Size({ length: bytes.length, read: (from, length) => Promise.resolve(bytes.subarray(from, from + length)) });
const pictures = box('mdat', Buffer.alloc(8));
const moov = box('moov', soundTrack, pictureTrack(1280, 720));
const of = (...boxes: readonly Buffer[]) => Buffer.concat([beginning, ...boxes]);
const undescribed = box('trak', box('mdia', handler('vide')));
/** A box whose length is not told: it goes to the end. */
const last = (whole: Buffer) => Buffer.concat([Buffer.alloc(4), whole.subarray(4)]);

describe('an mp4', () => {
  it.each([
    ['with its pictures first', mp4({ width: 640, height: 360 }), { width: 640, height: 360 }],
    ['that is made for the net', of(moov, pictures), { width: 1280, height: 720 }],
    ['with a long length', of(longBox('mdat', Buffer.alloc(8)), moov), { width: 1280, height: 720 }],
    ['whose last box goes to the end', of(moov, last(pictures)), { width: 1280, height: 720 }],
    ['in fragments', of(moov, box('moof'), pictures, box('moof'), pictures), { width: 1280, height: 720 }],
  ])('%s tells its size', async (_, bytes, size) => {
    expect(await sizeOf(bytes)).toEqual(size);
  });

  it.each([
    ['is cut off in its pictures', mp4().subarray(0, 60)],
    ['is cut off in its tracks', mp4().subarray(0, -1)],
    ['is cut off within the head of a box', Buffer.concat([mp4(), Buffer.from([0, 0, 0])])],
    ['has a box that is shorter than its head', of(pictures, moov, Buffer.from([0, 0, 0, 7, 0, 0, 0, 0]))],
    ['has a track that is longer than what it is in', of(pictures, box('moov', mp4().subarray(-20)))],
    ['has no pictures', of(moov)],
    ['has no tracks', of(pictures)],
    ['has sound alone', of(pictures, box('moov', soundTrack))],
    ['has two tracks of pictures', of(pictures, box('moov', pictureTrack(1280, 720), pictureTrack(1280, 720)))],
    ['does not describe them', of(pictures, box('moov', undescribed))],
    ['has boxes without end', of(pictures, moov, ...Array.from({ length: 3_000 }, () => box('free')))],
    ['is QuickTime, told in pieces', of(pictures, moov).fill('qt  ', 8, 12)],
  ])('that %s is damaged', async (_, bytes) => {
    await expect(sizeOf(bytes)).rejects.toThrow(DamagedVideo);
  });

  it('is known by how it begins', () => {
    expect(beginsAsMp4(mp4())).toBe(true);
    expect(beginsAsMp4(box('ftyp', Buffer.from('qt  \0\0\0\0')))).toBe(false);
    expect(beginsAsMp4(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe(false);
    expect(beginsAsMp4(Buffer.alloc(3))).toBe(false);
  });
});
