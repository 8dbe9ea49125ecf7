import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelClient } from '../support/channel-client';

export interface Arrival {
  readonly at: number;
  readonly raw: Buffer;
  readonly headers: Headers;
}

/** A merchant's address for notifications: keeps what came, and answers what the test says. */
export interface Receiver {
  readonly url: string;
  readonly arrivals: Arrival[];
  /** What the next notifications are answered; 0 answers nothing at all. */
  status: number;
  stop(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = new Headers(request.headers as Record<string, string>);
      arrivals.push({ at: Date.now(), raw: Buffer.concat(chunks), headers });
      if (receiver.status === 0) return;
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    arrivals,
    status: 204,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}

/** The event and what was sealed in it. */
export function readEvent(client: ChannelClient, { raw }: Arrival) {
  const event = JSON.parse(raw.toString());
  return { event, content: JSON.parse(client.opened(event.resource)) };
}
