import { firstRow } from '../../db/connection';
import type { HttpClient, Reply } from '../support/http-client';
import type { RowLock } from './row-lock';
import type { World } from './world';

/** What a step is about: where its row lies and where it is read. */
export interface Subject {
  readonly table:
    | 'purchases'
    | 'stock_allocations'
    | 'commodities'
    | 'payments'
    | 'seller_onboardings'
    | 'certification_fees'
    | 'merchant_applications'
    | 'reviews';
  /** Empty where an action says itself how it is read. */
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
  /** Where it is not named after its subject. */
  readonly workflowId?: string;
  /** The state it leaves its subject in. */
  readonly reaches: string;
  /** What its events are called, where cases come to that state otherwise too. */
  readonly act?: string;
  /** Its reader sees it there, where the subject has no address of its own. */
  readonly stands?: () => Promise<boolean>;
  /** The command that then ends the case, where it is not over. */
  readonly next: string | null;
  /** The first commit of a step that takes several; else the effect of the command, or the state it reaches. */
  readonly happened?: () => Promise<boolean>;
  /** It calls the channel, so an activity of its own carries it out; else it is done within a workflow task. */
  readonly carriedOutBy?: 'activity';
  /**
   * What a worker that died before it reported leaves in the history: of persons' commands upon a case nothing, of others
   * a task that timed out. `none`: a new run may have come since.
   */
  readonly trace?: 'activity' | 'none';
  /** What else must be so once it has happened, and how the case comes to its end. */
  readonly afterwards?: () => Promise<void>;
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
