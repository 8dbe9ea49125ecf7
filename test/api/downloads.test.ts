import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Downloads } from '../../api/http/downloads';
import { route } from '../../api/http/route';
import { type DomainError } from '../../domain/shared/errors';
import { startInstallation } from '../support/installation';

/** More than any socket buffers: who does not read does not get it all. */
const endless = () =>
  Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(65_536);
    })(),
  );

/** Asks, takes the head and nothing more. */
async function asksAndPauses(port: number, path: string) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

describe('who takes bytes at their own pace', () => {
  it('keeps no place that others could work at, and is nobody’s fault when they go', async () => {
    const mallflow = await startInstallation({
      worker: false,
      environment: { MALLFLOW_MAX_REQUESTS: '2' },
      routes: (own) => [
        ...own,
        route({
          ...{
            method: 'get',
            path: '/v1/endless',
            summary: 'No end',
            tag: 'test',
            access: 'open',
            idempotency: 'none',
          },
          answers: { 200: null },
          produces: ['video/mp4'],
          handle: () => Promise.resolve({ status: 200, raw: { contentType: 'video/mp4', content: endless() } }),
        }),
      ],
    });
    const port = Number(new URL(mallflow.url).port);
    const paused = [];
    for (let n = 0; n < 4; n += 1) paused.push(await asksAndPauses(port, '/v1/endless'));
    expect((await mallflow.anonymous.get('/healthz')).status).toBe(200);
    expect((await mallflow.anonymous.call('HEAD', '/v1/endless', undefined)).status).toBe(200);
    for (const socket of paused) socket.destroy();
    await mallflow.stop();
  });

  it('is one of so many, and cut off when they take nothing', async () => {
    const downloads = new Downloads(1, 300);
    const sent: Promise<void>[] = [];
    const server = createServer((_, response) => {
      try {
        sent.push(downloads.begin(endless())(response));
      } catch (error) {
        response.end((error as DomainError).code);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await asksAndPauses(port, '/');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('TOO_MANY_REQUESTS');
    await sent[0];
    const next = await asksAndPauses(port, '/');
    expect(sent).toHaveLength(2);
    next.destroy();
    await sent[1];
    server.closeAllConnections();
    server.close();
  });
});
