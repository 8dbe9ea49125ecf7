import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres, type PostgresServer } from '../../scripts/lib/postgres';
import { findTemporalCli } from '../../scripts/lib/temporal-cli';
import { startTemporal, type TemporalServer } from '../../scripts/lib/temporal-server';

/** Kills everything it was told of when this process ends without having done so itself. */
export class Guard {
  private readonly child: ChildProcess = spawn(process.execPath, [join(__dirname, 'guard.js')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });

  watch(pid: number): void {
    this.child.stdin?.write(`${pid}\n`);
  }

  dismiss(): void {
    this.child.stdin?.end();
  }
}

/** The servers by their names here. */
export type Store = 'pg' | 'temporal';

/** Postgres and Temporal of a fault run's own, each a process that can be killed and comes back where it was. */
export class Engines {
  private constructor(
    private readonly dir: string,
    private readonly cli: string,
    private readonly guard: Guard,
    private pg: PostgresServer,
    private temporal: TemporalServer,
  ) {}

  static async start(dir: string, guard: Guard): Promise<Engines> {
    const cli = await findTemporalCli({ log: () => undefined });
    const [pg, temporal] = await Promise.all([
      startPostgres({ dir: join(dir, 'postgres') }),
      startTemporal({ dir: join(dir, 'temporal'), cli }),
    ]);
    guard.watch(pg.pid);
    guard.watch(temporal.pid);
    return new Engines(dir, cli, guard, pg, temporal);
  }

  get databaseUrl(): string {
    return this.pg.url;
  }

  get postgresPort(): number {
    return this.pg.port;
  }

  get temporalPort(): number {
    return this.temporal.port;
  }

  killPostgres(): Promise<void> {
    return this.pg.kill9();
  }

  killTemporal(): Promise<void> {
    return this.temporal.kill9();
  }

  async startPostgres(): Promise<void> {
    if (this.pg.isRunning()) return;
    const before = this.pg.port;
    this.pg = await startPostgres({ dir: join(this.dir, 'postgres') });
    this.guard.watch(this.pg.pid);
    if (this.pg.port !== before) throw new Error('Postgres came back on another port');
  }

  async startTemporal(): Promise<void> {
    if (this.temporal.isRunning()) return;
    const before = this.temporal.port;
    this.temporal = await startTemporal({ dir: join(this.dir, 'temporal'), cli: this.cli });
    this.guard.watch(this.temporal.pid);
    if (this.temporal.port !== before) throw new Error('Temporal came back on another port');
  }

  /** As after the loss of its disk: every run, open or closed, is forgotten. */
  async loseTemporalState(): Promise<void> {
    await this.temporal.kill9();
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(this.dir, 'temporal', `temporal.db${suffix}`), { force: true });
    await this.startTemporal();
  }

  /** A copy of all a server has written, as after the loss of its power. */
  async backUp(store: Store): Promise<void> {
    await this[store].kill9();
    await this.copy(store, this.backupOf(store));
    await this.startAgain(store);
  }

  /** As after the loss of its disk: the server goes on from its copy. */
  async restoreFromBackup(store: Store): Promise<void> {
    await this[store].kill9();
    rmSync(this.folderOf(store), { recursive: true });
    await this.copy(this.backupOf(store), store);
    await this.startAgain(store);
  }

  private folderOf(name: string): string {
    return join(this.dir, name === 'pg' ? 'postgres' : name);
  }

  private backupOf(store: Store): string {
    return `backup-${store}`;
  }

  /** With owners and modes: Postgres runs as a user of its own. */
  private async copy(from: string, to: string): Promise<void> {
    rmSync(this.folderOf(to), { recursive: true, force: true });
    await promisify(execFile)('cp', ['-a', this.folderOf(from), this.folderOf(to)]);
  }

  private startAgain(store: Store): Promise<void> {
    return store === 'pg' ? this.startPostgres() : this.startTemporal();
  }

  async stop(): Promise<void> {
    await Promise.all([this.pg.stop(), this.temporal.kill9()]);
  }
}
