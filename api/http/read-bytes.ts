import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../domain/shared/errors';

/**
 * How much of what is too large is still read and thrown away: more than any route takes, so that whoever is only a
 * little over the limit finishes sending, reads the refusal and may go on using the connection.
 */
const lingerBytes = 8_388_608;

/** What unfinished bodies may fill of our memory together: slow senders cost a connection each, not their whole body. */
export class ReadingRoom {
  private used = 0;

  constructor(private readonly bytes: number) {}

  /** @throws DomainError TOO_MANY_REQUESTS */
  take(bytes: number): void {
    // rule: unfinished-bodies-are-bounded
    if (this.used + bytes > this.bytes) throw new DomainError('TOO_MANY_REQUESTS');
    this.used += bytes;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}

/** One for all: what is bounded is the memory of the process. */
const room = new ReadingRoom(134_217_728);

/**
 * The whole body. What is larger than the limit is refused as soon as that is known, and not read to its end.
 * @throws DomainError TOO_LARGE with the limit, UNSUPPORTED_TYPE for compressed bodies: they could unpack to anything;
 *   TOO_MANY_REQUESTS when too much is being read at once
 */
export async function readBytes(
  request: IncomingMessage,
  limitBytes: number,
  reading: ReadingRoom = room,
): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    throw new DomainError('UNSUPPORTED_TYPE', { accepted: 'identity encoding' });
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw new DomainError('TOO_LARGE', { limitBytes });
    await eachPiece(request, (piece) => {
      // rule: bodies-are-cut-off
      if (length + piece.length > limitBytes) throw new DomainError('TOO_LARGE', { limitBytes });
      reading.take(piece.length);
      length += piece.length;
      pieces.push(piece);
    });
    return Buffer.concat(pieces);
  } catch (error) {
    pieces.length = 0;
    discardRest(request);
    throw error;
  } finally {
    reading.give(length);
  }
}

function eachPiece(request: IncomingMessage, take: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      request.off('data', onData).off('end', settle).off('close', onClose).off('error', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onData = (piece: Buffer): void => {
      try {
        take(piece);
      } catch (error) {
        settle(error as Error);
      }
    };
    // Nobody is left to be answered; what counts is that waiting ends.
    const unread = { path: '', code: 'BODY', message: 'the body could not be read' };
    const onClose = (): void => settle(new DomainError('VALIDATION_FAILED', { errors: [unread] }));
    // It may have hung up while we asked who it is.
    if (request.destroyed) {
      onClose();
      return;
    }
    request.on('data', onData).once('end', settle).once('close', onClose).once('error', onClose);
  });
}

/**
 * A connection closed over unread bytes is reset, and the refusal may be lost with it: so a little more is read and
 * thrown away. Who sends on and on is cut off.
 */
function discardRest(request: IncomingMessage): void {
  let discarded = 0;
  request.on('data', (piece: Buffer) => {
    discarded += piece.length;
    // rule: endless-bodies-are-hung-up-on
    if (discarded > lingerBytes) request.destroy();
  });
  request.on('error', () => undefined);
}
