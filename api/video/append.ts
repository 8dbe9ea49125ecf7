import { lockVideo, type VideoRow } from '../../db/video/queries';
import { videoReceived } from '../../db/video/repository';
import type { VideoStore } from '../../domain/ports/video-store';
import { DomainError } from '../../domain/shared/errors';
import { videoSize, videoType } from '../../domain/video/kinds';
import { beginsAsMp4, DamagedVideo, mp4Size, type Bytes } from '../../domain/video/mp4';
import { invalid } from '../http/parse';
import type { Services } from '../services';

/**
 * A piece goes into the store and then into the row, under its lock: if we die in between, the same piece is written
 * again over itself. With the last one the whole is looked at; what is no video of ours stays unfinished.
 *
 * @throws DomainError UNSUPPORTED_TYPE for what does not begin as mp4; WRONG_STATE when all of it is here;
 *   VALIDATION_FAILED at `/offset`, or with what is wrong with the piece or the video
 */
export async function appendPiece(
  { db, videos }: Pick<Services, 'db' | 'videos'>,
  id: string,
  offset: number,
  piece: Buffer,
): Promise<void> {
  if (piece.length === 0) throw invalid([{ path: '', code: 'EMPTY', message: 'no bytes were sent' }]);
  // rule: videos-are-what-they-say
  if (offset === 0 && !beginsAsMp4(piece)) throw new DomainError('UNSUPPORTED_TYPE', { accepted: videoType });
  await db.transaction(async (trx) => {
    const video = await lockVideo(trx, id);
    requireNext(video, offset, piece.length);
    await videos.putAt(video.name, offset, piece);
    const receivedBytes = offset + piece.length;
    if (receivedBytes === video.bytes) await requireFit(videos, video);
    await videoReceived(trx, id, receivedBytes);
  });
}

function requireNext({ bytes, receivedBytes }: VideoRow, offset: number, length: number): void {
  if (receivedBytes === bytes) throw new DomainError('WRONG_STATE', { state: 'stored', allowed: [] });
  // rule: pieces-come-in-order
  if (offset !== receivedBytes)
    throw invalid([{ path: '/offset', code: 'OUT_OF_ORDER', message: `the next piece begins at ${receivedBytes}` }]);
  // rule: no-longer-than-announced
  if (offset + length > bytes)
    throw invalid([{ path: '', code: 'TOO_LONG', message: `longer than the announced ${bytes} bytes` }]);
}

async function requireFit(videos: VideoStore, { name, bytes: length }: VideoRow): Promise<void> {
  const { width, height } = await sizeOf({ length, read: (from, size) => bytesOf(videos, name, from, size) });
  // rule: videos-are-1280-by-720
  if (width === videoSize.width && height === videoSize.height) return;
  throw invalid([{ path: '', code: 'VIDEO_SIZE', message: `1280×720 is asked for, this is ${width}×${height}` }]);
}

async function sizeOf(bytes: Bytes) {
  try {
    return await mp4Size(bytes);
  } catch (error) {
    if (!(error instanceof DamagedVideo)) throw error;
    throw invalid([{ path: '', code: 'UNDECODABLE', message: 'the video is damaged or not complete' }]);
  }
}

async function bytesOf(videos: VideoStore, name: string, from: number, size: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of videos.read(name, from, from + size - 1)) pieces.push(piece);
  return Buffer.concat(pieces);
}
