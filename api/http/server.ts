import { createServer, type RequestListener, type Server } from 'node:http';

/** How long a client may take to send, in milliseconds. A proxy in front is no reason to wait longer. */
export interface SendTimes {
  /** From the first byte of a connection, or from the answer before, to the end of the head. */
  readonly headMs: number;
  /** To the end of the body; not shorter than `headMs`. */
  readonly requestMs: number;
  /** How often connections are looked over: the most by which one may overstay. */
  readonly checkEveryMs: number;
}

export const sendTimes: SendTimes = { headMs: 10_000, requestMs: 20_000, checkEveryMs: 1_000 };

/** Whoever sends too slowly is answered 408 and cut off: a place is for those who use it. */
export function createHttpServer(app: RequestListener, times: SendTimes = sendTimes): Server {
  const server = createServer(
    {
      // rule: slow-heads-are-cut-off
      headersTimeout: times.headMs,
      // rule: slow-bodies-are-cut-off
      requestTimeout: times.requestMs,
      connectionsCheckingInterval: times.checkEveryMs,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    app,
  );
  // Those that listen for changes, and as many again.
  server.maxConnections = 4_000;
  return server;
}
