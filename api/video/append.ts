import { lockVideo, type VideoRow } from '../../db/video/queries';
import { videoReceived } from '../../db/video/repository';
import type { VideoStore } from '../../domain/ports/video-store';
import { DomainError } from '../../domain/shared/errors';
import { videoSize, videoType } from '../../domain/video/kinds';
import { beginsAsMp4, DamagedVideo, mp4Size } from '../../domain/video/mp4';
import { invalid } from '../http/parse';
import { Turnstile } from '../http/turnstile';
import type { Services } from '../services';

interface Piece {
  /** In the video, of its first byte. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Each holds a connection to the database while it is written, and the last while the whole is looked at. */
const turnstile = new Turnstile(4, 64);

/**
 * A piece goes into the store and then into the row, under its lock: if we die in between, the same piece is written
 * again over itself; and one that came already is not written twice. With the last the whole is looked at; what is no
 * video of ours stays unfinished.
 *
 * @throws DomainError UNSUPPORTED_TYPE for what does not begin as mp4; WRONG_STATE `{receivedBytes}` for a piece that is
 *   not the next; VALIDATION_FAILED with what is wrong with the piece or the video; TOO_MANY_REQUESTS
 */
export async function appendPiece(
  { db, videos }: Pick<Services, 'db' | 'videos'>,
  id: string,
  { offset, bytes }: Piece,
): Promise<void> {
  if (bytes.length === 0) throw invalid([{ path: '', code: 'EMPTY', message: 'no bytes were sent' }]);
  // rule: videos-are-what-they-say
  if (offset === 0 && !beginsAsMp4(bytes)) throw new DomainError('UNSUPPORTED_TYPE', { accepted: videoType });
  const receivedBytes = offset + bytes.length;
  await turnstile.pass(() =>
    db.transaction(async (trx) => {
      const video = await lockVideo(trx, id);
      // rule: pieces-come-once
      if (receivedBytes === video.receivedBytes) return;
      requireNext(video, offset, receivedBytes);
      await videos.putAt(video.name, offset, bytes);
      if (receivedBytes === video.bytes) await requireFit(videos, video);
      await videoReceived(trx, id, receivedBytes);
    }),
  );
}

function requireNext({ bytes, receivedBytes }: VideoRow, from: number, to: number): void {
  const isStored = receivedBytes === bytes;
  const standing = isStored ? { state: 'stored', allowed: [] } : { state: 'receiving', allowed: ['edit'] };
  // rule: pieces-come-in-order
  if (isStored || from !== receivedBytes) throw new DomainError('WRONG_STATE', { ...standing, receivedBytes });
  // rule: no-longer-than-announced
  if (to > bytes) throw invalid([{ path: '', code: 'TOO_LONG', message: `longer than the announced ${bytes} bytes` }]);
}

async function requireFit(videos: VideoStore, { name, bytes: length }: VideoRow): Promise<void> {
  const { width, height } = await videos
    .look(name, (read) => mp4Size({ length, read }))
    .catch((error: unknown) => {
      if (!(error instanceof DamagedVideo)) throw error;
      throw invalid([{ path: '', code: 'UNDECODABLE', message: 'the video is damaged or not complete' }]);
    });
  // rule: videos-are-1280-by-720
  if (width === videoSize.width && height === videoSize.height) return;
  throw invalid([{ path: '', code: 'VIDEO_SIZE', message: `1280×720 is asked for, this is ${width}×${height}` }]);
}
