import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './places';

const api = `
const { appendFileSync, writeFileSync } = require('node:fs');
writeFileSync('api-told', String(process.env.MALLFLOW_TEMPORAL_UI_URL));
const server = require('node:http').createServer((request, response) => {
  response.statusCode = request.url === '/readyz' ? 200 : 404;
  response.end(String(process.pid));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => { appendFileSync('ended', 'api '); process.exit(0); });
`;

const worker = `
const { appendFileSync, renameSync, writeFileSync } = require('node:fs');
const told = Object.entries(process.env).filter(([name]) => /^MALLFLOW_(WECHAT_PAY|IDENTITY|MESSAGES)_/.test(name));
writeFileSync('worker-told.new', JSON.stringify(Object.fromEntries(told)));
// Whole: somebody reads it all the time.
renameSync('worker-told.new', 'worker-told');
require('node:http').createServer((request, response) => response.end()).listen(process.env.MALLFLOW_WORKER_PORT);
process.on('SIGTERM', () => { appendFileSync('ended', 'worker '); if (!process.env.STUBBORN) process.exit(0); });
`;

const emulator = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
const { EMULATOR_PORT: port, EMULATOR_STATE_DIR: dir } = process.env;
mkdirSync(dir, { recursive: true });
require('node:http').createServer((request, response) => response.end()).listen(Number(port), '127.0.0.1', () => {
  const url = 'http://127.0.0.1:' + port;
  const lines = ['MALLFLOW_WECHAT_PAY_KEY=a=b', 'MALLFLOW_WECHAT_PAY_BASE_URL=' + url, 'MALLFLOW_IDENTITY_BASE_URL=' + url];
  writeFileSync(dir + '/client.env', [...lines, 'MALLFLOW_MESSAGES_BASE_URL=' + url, ''].join('\\n'));
});
process.on('SIGTERM', () => { appendFileSync('ended', 'emulator '); process.exit(0); });
`;

const admin = `
require('node:fs').appendFileSync('administered', process.argv[2] + ' ');
const { Client } = require('pg');
const client = new Client({ connectionString: process.env.DATABASE_URL });
client.connect().then(() => client.query('select 1')).then(() => client.end()).then(() => console.log('done'));
`;

/**
 * A checkout with the real scripts and servers around four tiny programs in place of the product: what is tried is how
 * they are started, watched and stopped.
 */
export function stubCheckout(folder: string): string {
  cpSync(path.join(root, 'scripts'), path.join(folder, 'scripts'), { recursive: true });
  cpSync(path.join(root, 'package-lock.json'), path.join(folder, 'package-lock.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'stub', scripts: { build: 'node -e 1' } }));
  for (const [name, program] of Object.entries({ api, worker, emulator, admin })) {
    mkdirSync(path.join(folder, 'dist', name), { recursive: true });
    writeFileSync(path.join(folder, 'dist', name, 'main.js'), program);
  }
  return folder;
}

/** The environment of a user who has set nothing, but for what this run's programs were found with. */
export function plainEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|NODE_ENV|JEST_|DATABASE_URL|APP_DATABASE_URL|PORT$|MALLFLOW_|TEMPORAL_)/.test(name),
  );
  const found = ['TEMPORAL_CLI', 'MALLFLOW_CACHE_DIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...(Object.fromEntries([...kept, ...found]) as NodeJS.ProcessEnv), ...extra };
}
