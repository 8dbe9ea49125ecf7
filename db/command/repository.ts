import { DomainError, type ErrorCode, type ErrorFacts } from '../../domain/shared/errors';
import { firstRow, run, type Db, type Queryable, type Trx } from '../connection';

/** The claim of one command: see docs/ARCHITECTURE.md, "The path of a command". */
export interface Command {
  readonly id: string;
  readonly accountId: string;
  readonly route: string;
  readonly key: string | null;
  readonly bodySha256: Buffer;
  /** The run the command was sent to; null for a command of one transaction. */
  readonly workflowId: string | null;
  readonly resourceId: string;
  /** Never the client's key: a refusal is stored under it for ever, so each new claim gets a new one. */
  readonly updateId: string;
  readonly state: 'claimed' | 'accepted' | 'done' | 'refused' | 'lapsed';
  readonly leaseAlive: boolean;
  readonly effectAt: Date | null;
  readonly outcome: Outcome | null;
  readonly refusal: Refusal | null;
}

export interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
}

const columns = `
  id, account_id as "accountId", route, key, body_sha256 as "bodySha256", workflow_id as "workflowId",
  resource_id as "resourceId", update_id as "updateId", state, lease_until > now() as "leaseAlive",
  effect_at as "effectAt", refusal,
  case when outcome_status is null then null
       else jsonb_build_object('status', outcome_status, 'body', outcome_body) end as outcome`;

export interface CommandKey {
  readonly accountId: string;
  /** Method and concrete path. */
  readonly route: string;
  readonly key: string;
}

export async function findCommand(db: Queryable, by: CommandKey): Promise<Command | undefined> {
  return firstRow<Command>(
    db,
    `select ${columns} from commands where account_id = :accountId and route = :route and key = :key`,
    { ...by },
  );
}

export async function commandById(db: Queryable, id: string): Promise<Command | undefined> {
  return firstRow<Command>(db, `select ${columns} from commands where id = :id`, { id });
}

export interface NewClaim {
  readonly id: string;
  readonly accountId: string;
  readonly route: string;
  readonly key: string | null;
  readonly bodySha256: Buffer;
  readonly workflowId: string | null;
  readonly resourceId: string;
  readonly updateId: string;
  readonly leaseMs: number;
}

/** Claims a command; undefined when another claim under the same key was faster. */
export async function claimCommand(db: Queryable, claim: NewClaim): Promise<Command | undefined> {
  return firstRow<Command>(
    db,
    `insert into commands (id, account_id, route, key, body_sha256, workflow_id, resource_id, update_id, state, lease_until)
     values (:id, :accountId, :route, :key, :bodySha256, :workflowId, :resourceId, :updateId, 'claimed',
             now() + make_interval(secs => :leaseS))
     on conflict on constraint commands_one_claim_per_key do nothing
     returning ${columns}`,
    { ...claim, leaseS: claim.leaseMs / 1_000 },
  );
}

/**
 * Takes over a claim whose lease is over (same ids: the first attempt may still take effect), or one that ended without
 * effect (fresh ids and the new body). Undefined when somebody else was faster.
 */
export async function reclaimCommand(
  db: Db,
  command: Command,
  fresh: Pick<NewClaim, 'workflowId' | 'resourceId' | 'updateId' | 'bodySha256' | 'leaseMs'>,
): Promise<Command | undefined> {
  // rule: taken-over-as-it-was-seen, not-taken-over-after-effect, not-taken-over-during-lease
  return firstRow<Command>(
    db,
    `update commands
        set state = 'claimed', workflow_id = :workflowId, resource_id = :resourceId, update_id = :updateId,
            body_sha256 = :bodySha256, refusal = null, settled_at = null,
            lease_until = now() + make_interval(secs => :leaseS)
      where id = :id and update_id = :seenUpdateId and effect_at is null
        and (lease_until <= now() or state in ('refused', 'lapsed'))
      returning ${columns}`,
    { ...fresh, leaseS: fresh.leaseMs / 1_000, id: command.id, seenUpdateId: command.updateId },
  );
}

/** A new update id and a new lease for the same claim: the run had to be told to reload before judging again. */
export async function renewUpdateId(
  db: Db,
  command: Pick<Command, 'id' | 'updateId'>,
  renewed: { readonly updateId: string; readonly leaseMs: number },
): Promise<void> {
  // rule: ids-fixed-by-effect
  await run(
    db,
    `update commands set update_id = :renewedId, lease_until = now() + make_interval(secs => :leaseS)
      where id = :id and update_id = :updateId and effect_at is null`,
    { id: command.id, updateId: command.updateId, renewedId: renewed.updateId, leaseS: renewed.leaseMs / 1_000 },
  );
}

// rule: effect-keeps-its-moment
const setEffect = `
  update commands set effect_at = coalesce(effect_at, now()), state = 'done', refusal = null,
         settled_at = coalesce(settled_at, now())`;

/**
 * Part of the transaction that carries a command out. From its commit on the command has happened. A claim that is gone
 * (swept after 30 days, or the act of a resumed case) changes nothing.
 */
export async function recordEffect(trx: Trx, commandId: string): Promise<void> {
  await run(trx, `${setEffect} where id = :commandId`, { commandId });
}

/**
 * {@link recordEffect} of a creation. A claim that lapsed may have been given to a new resource while the run of the
 * old one slept: then that run must not open its case, or one key would have made two.
 *
 * @throws DomainError TRY_AGAIN when the claim is another resource's by now
 */
export async function recordCreation(trx: Trx, commandId: string, resourceId: string): Promise<void> {
  // rule: one-claim-opens-one-resource
  const recorded = await firstRow(
    trx,
    `${setEffect} where id = :commandId and resource_id = :resourceId returning id`,
    {
      commandId,
      resourceId,
    },
  );
  if (recorded !== undefined) return;
  const taken = await firstRow(trx, 'select 1 from commands where id = :commandId', { commandId });
  if (taken !== undefined) throw new DomainError('TRY_AGAIN');
}

export async function hasEffect(db: Queryable, commandId: string): Promise<boolean> {
  return (
    (await firstRow(db, 'select 1 from commands where id = :commandId and effect_at is not null', { commandId })) !==
    undefined
  );
}

/** The engine has the command durably; only its result is missing. Does nothing once the effect is there. */
export async function markAccepted(db: Db, id: string): Promise<void> {
  // rule: accepted-only-while-claimed
  await run(db, `update commands set state = 'accepted', lease_until = now() where id = :id and state = 'claimed'`, {
    id,
  });
}

/** Not confirmed: the lease ends at once, so that the same key may look again. */
export async function endLease(db: Db, id: string): Promise<void> {
  await run(db, `update commands set lease_until = now() where id = :id and state = 'claimed'`, { id });
}

/** Ends a claim with a refusal, unless the command took effect after all. */
export async function recordRefusal(
  db: Queryable,
  command: Pick<Command, 'id' | 'updateId'>,
  refusal: Refusal,
): Promise<void> {
  // rule: refusal-undoes-no-effect, refusal-of-its-own-update
  await run(
    db,
    `update commands set state = 'refused', refusal = :refusal::jsonb, settled_at = now()
      where id = :id and update_id = :updateId and effect_at is null`,
    { id: command.id, updateId: command.updateId, refusal: JSON.stringify(refusal) },
  );
}

/** A claim that can no longer take effect: the engine does not know its update. A retry makes a new one. */
export async function recordLapse(db: Db, command: Pick<Command, 'id' | 'updateId'>): Promise<void> {
  // rule: lapse-undoes-no-effect, lapse-after-the-lease
  await run(
    db,
    `update commands set state = 'lapsed', settled_at = now()
      where id = :id and update_id = :updateId and effect_at is null and lease_until < now()`,
    { id: command.id, updateId: command.updateId },
  );
}

/**
 * Keeps the answer as it was given, without secrets: the same key gives it again for 30 days. Only 2xx answers are kept,
 * so the command has happened, even where nothing was left for it to do.
 */
export async function keepOutcome(trx: Trx, id: string, outcome: Outcome): Promise<void> {
  // rule: first-outcome-is-kept
  await run(trx, `${setOutcome} where id = :id and outcome_status is null`, outcomeOf(id, outcome));
}

/**
 * {@link keepOutcome} of a command whose effect is committed already. It does not wait for the disk: should the server
 * fall in that moment, the key is answered from the effect and the rows.
 */
export async function keepOutcomeOfEffect(db: Db, id: string, outcome: Outcome): Promise<void> {
  // rule: first-outcome-of-effect-is-kept
  await run(
    db,
    `${setOutcome} where id = :id and outcome_status is null and set_config('synchronous_commit', 'off', true) = 'off'`,
    outcomeOf(id, outcome),
  );
}

const setOutcome = `${setEffect}, outcome_status = :status, outcome_body = :body::jsonb`;

function outcomeOf(id: string, outcome: Outcome) {
  return { id, status: outcome.status, body: JSON.stringify(outcome.body) };
}

export async function deleteCommandsOlderThan(db: Db, days: number): Promise<void> {
  await run(db, 'delete from commands where coalesce(settled_at, created_at) < now() - make_interval(days => :days)', {
    days,
  });
}
