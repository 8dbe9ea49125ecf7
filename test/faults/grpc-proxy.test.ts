import { once } from 'node:events';
import { connect, createServer, type ClientHttp2Session, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { GrpcProxy } from './grpc-proxy';

async function statusOf(client: ClientHttp2Session): Promise<unknown> {
  const call = client.request({ ':path': '/Service/Call', ':method': 'POST' });
  call.end();
  const [answer] = (await once(call, 'response')) as [Record<string, unknown>];
  call.resume();
  return answer[':status'];
}

it('goes on where the engine takes no new calls on a connection', async () => {
  const reached: ServerHttp2Session[] = [];
  const engine = createServer().on('session', (session) => reached.push(session));
  engine.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.end();
  });
  await once(engine.listen(0, '127.0.0.1'), 'listening');
  const proxy = await GrpcProxy.open((engine.address() as AddressInfo).port);
  const client = connect(`http://127.0.0.1:${proxy.port}`);
  try {
    expect(await statusOf(client)).toBe(200);
    const again = once(engine, 'session');
    reached[0]?.goaway();
    await again;
    expect(await statusOf(client)).toBe(200);
    expect(client.closed).toBe(false);
  } finally {
    client.destroy();
    await proxy.close();
    for (const session of reached) session.destroy();
    engine.close();
  }
});
