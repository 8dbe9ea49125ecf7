import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseEnvironment, type Configuration } from '../config/env';
import { createApi } from './app';
import { composeServices } from './compose';
import { createHttpServer } from './http/server';
import type { Services } from './services';

function listen(config: Configuration, services: Services): Promise<Server> {
  const { listener } = createApi(services);
  const server = createHttpServer(listener);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, config.MALLFLOW_HOST, () => resolve(server));
  });
}

async function main(): Promise<void> {
  const config = parseEnvironment(process.env);
  const services = composeServices(config, process.env);
  const server = await listen(config, services);
  services.log.info({ address: server.address() as AddressInfo }, 'listening');
  const stop = (): void => {
    server.close(() => {
      void Promise.allSettled([services.db.destroy(), services.temporal.connection.close()]).then(() =>
        process.exit(0),
      );
    });
    server.closeIdleConnections();
    // Whoever listens comes back elsewhere, and goes on where it stood.
    void services.changes.stop();
    // Requests still under way get their answer, up to the longest a command may take.
    setTimeout(() => process.exit(0), config.MALLFLOW_ACCEPT_MS + config.MALLFLOW_RESULT_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
