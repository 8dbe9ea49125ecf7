import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Knex } from 'knex';

interface Migration {
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/**
 * Knex records migrations by file name with its extension; a database migrated by compiled `.js` would then look
 * foreign to `.ts` (tests) and the other way round. Names are recorded without it.
 */
export class MigrationSource implements Knex.MigrationSource<string> {
  constructor(private readonly directory: string) {}

  getMigrations(): Promise<string[]> {
    const names = readdirSync(this.directory)
      .filter((file) => /^\d{14}_\w+\.(js|ts)$/.test(file) && !file.endsWith('.d.ts'))
      .map((file) => basename(file, extname(file)));
    return Promise.resolve(names.sort());
  }

  getMigrationName(name: string): string {
    return name;
  }

  getMigration(name: string): Promise<Migration> {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- migrations are found by folder, not by import
    return Promise.resolve(require(join(this.directory, name)) as Migration);
  }
}

/** Brings the schema to the newest version; safe to repeat and to run from two places at once. */
export async function migrate(owner: Knex, directory: string): Promise<string[]> {
  const [, names] = (await owner.migrate.latest({ migrationSource: new MigrationSource(directory) })) as [
    number,
    string[],
  ];
  return names;
}
