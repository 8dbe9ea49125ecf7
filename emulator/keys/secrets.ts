import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Secrets that both sides know, each in a file of its own below the state folder. */
const makers = {
  registrySecretId: () => `AKID${randomBytes(16).toString('hex')}`,
  registrySecretKey: () => randomBytes(16).toString('hex'),
  transfersSecret: base64,
  identitySecret: base64,
  messagesSecret: base64,
  tenpaySecretId: () => `AKID${randomBytes(16).toString('hex')}`,
  tenpaySecretKey: () => randomBytes(16).toString('hex'),
  tenpayMerchantId: () => `10${randomBytes(8).toString('hex').toUpperCase()}`,
} as const;

type Name = keyof typeof makers;

export interface Secret {
  readonly value: string;
  /** Absolute. */
  readonly file: string;
}

export type Secrets = Readonly<Record<Name, Secret>>;

function base64(): string {
  return randomBytes(32).toString('base64');
}

/** Reads the secrets of this state folder; makes those that are not there. */
export async function openSecrets(stateDir: string): Promise<Secrets> {
  const folder = resolve(stateDir, 'secrets');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = Object.keys(makers) as Name[];
  const pairs = names.map(async (name) => [name, await secretIn(folder, name)] as const);
  return Object.fromEntries(await Promise.all(pairs)) as Secrets;
}

async function secretIn(folder: string, name: Name): Promise<Secret> {
  const file = join(folder, `${name}.txt`);
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, makers[name](), { mode: 0o600, flush: true });
  // Appears whole, and never replaces one that is there.
  await link(draft, file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return { value: await readFile(file, 'utf8'), file };
}
