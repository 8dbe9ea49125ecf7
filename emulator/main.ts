import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Express } from 'express';
import { createEmulator } from './app';
import { Books } from './books/books';
import { writeClientEnvironment } from './keys/client-environment';
import { openIdentity } from './keys/identity';
import { openSecrets } from './keys/secrets';
import { settingsFrom, type Settings } from './settings';

function listen(app: Express, settings: Settings): Promise<Server> {
  // Longer than callers keep a connection: cutting off who is about to call is a fault for `/control/faults` alone.
  const server = createServer({ keepAliveTimeout: 65_000 }, app);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => resolve(server));
  });
}

/** Who listens everywhere is called at home. */
function callableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function end(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const settings = settingsFrom(process.env);
  await mkdir(settings.stateDir, { recursive: true });
  const identity = await openIdentity(settings.stateDir);
  const secrets = await openSecrets(settings.stateDir);
  const books = await Books.open(join(settings.stateDir, 'books.jsonl'), end);
  const emulator = createEmulator(identity, secrets, books, settings);
  const server = await listen(emulator.app, settings);
  const url = `http://${callableHost(settings.host)}:${(server.address() as AddressInfo).port}`;
  await writeClientEnvironment(settings.stateDir, identity, secrets, url);
  process.stdout.write(`Emulator  ${url}\n`);
  emulator.resume();
  const stop = (): void => {
    emulator.stop();
    server.close();
    server.closeAllConnections();
    void books.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch(end);
