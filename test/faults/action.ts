import { firstRow } from '../../db/connection';
import type { HttpClient, Reply } from '../support/http-client';
import type { RowLock } from './row-lock';
import type { World } from './world';

/** What a step is about: where its row lies and where it is read. */
export interface Subject {
  readonly table: 'purchases' | 'stock_allocations' | 'commodities';
  readonly path: string;
  readonly workflow: string;
  /** The columns that say when its clock moves it on. */
  readonly clock: readonly string[];
}

/** A step about to be taken: everything before it is done. */
export interface Action {
  readonly subject: Subject;
  readonly key: string;
  /** Who gives it, and reads what became of it. */
  readonly client: HttpClient;
  /** The row its transaction cannot do without. */
  lock(): Promise<RowLock>;
  /** The person's call; a step of the clock has none. */
  readonly call: (() => Promise<Reply>) | null;
  /** What the call answers when it succeeds. */
  readonly status: 200 | 201;
  /** Sets the clock of a step that has one; a person's step has none. */
  arm(dueInMs: number): Promise<void>;
  subjectId(): Promise<string>;
  /** The state it leaves its subject in. */
  readonly reaches: string;
  /** The command that then ends the case, where it is not over. */
  readonly next: string | null;
}

export interface StepDefinition {
  readonly byClock: boolean;
  readonly prepare: (world: World, key: string) => Promise<Action>;
}

export interface Claim {
  readonly id: string;
  readonly state: string;
  readonly resourceId: string;
  readonly hasEffect: boolean;
  readonly hasOutcome: boolean;
}

export function claimOf(world: World, key: string): Promise<Claim | undefined> {
  return firstRow<Claim>(
    world.db,
    `select id, state, resource_id as "resourceId", effect_at is not null as "hasEffect",
            outcome_status is not null as "hasOutcome" from commands where key = :key`,
    { key },
  );
}
