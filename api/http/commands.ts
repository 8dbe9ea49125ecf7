import { randomUUID } from 'node:crypto';
import { DomainError } from '../../domain/shared/errors';
import { markStuck, runFailing, runMissing } from '../../db/case/repository';
import {
  claimCommand,
  endLease,
  findCommand,
  hasEffect,
  keepOutcome,
  keepOutcomeOfEffect,
  markAccepted,
  reclaimCommand,
  recordEffect,
  recordLapse,
  recordRefusal,
  renewUpdateId,
  type Command,
} from '../../db/command/repository';
import type { Db, Trx } from '../../db/connection';
import { newId } from '../../db/new-id';
import type { Delivery, Gateway } from '../../temporal/gateway';
import { outcomeOfClaim, runsOfClaim } from '../../temporal/runs-of-claim';
import { bodyFingerprint } from './fingerprint';
import type { Answer } from './answers';

/** What every command brings: who, where, under which key, with which parsed body. */
export interface CommandRequest {
  readonly accountId: string;
  /** Method and concrete path. */
  readonly route: string;
  readonly key: string | null;
  readonly body: unknown;
}

/** A command for a case: the engine carries it out. */
export interface CaseCommand extends CommandRequest {
  readonly status: 200 | 201;
  /** The ids of a new claim; a creation allocates its resource here. */
  readonly allocate: () => { readonly resourceId: string; readonly workflowId: string };
  /**
   * State and gates (409), then facts (422), from rows: the cheap check a hammering client meets.
   * `reached` when there is nothing left to do. It is asked again when the run and its rows disagree.
   */
  readonly check: () => Promise<'go' | 'reached'>;
  readonly deliver: (claim: Command) => Promise<Delivery>;
  /** The resource as its rows say now. */
  readonly render: (resourceId: string) => Promise<unknown>;
  /** The answer tells a secret: it is not kept, but rendered again. */
  readonly secret?: boolean;
}

/** A command that one transaction carries out whole; nothing is awaited, so no engine is asked. */
export interface TransactionCommand extends CommandRequest {
  readonly status: 200 | 201 | 202 | 204;
  readonly resourceId: string;
  /** What takes long and needs no transaction (hashing a password): done before one is opened, and not for a replay. */
  readonly prepare?: () => Promise<void>;
  readonly work: (trx: Trx) => Promise<void>;
  readonly render: (trx: Trx) => Promise<unknown>;
}

export interface CommandSettings {
  readonly secret: string;
  /** A little longer than both deadlines of the gateway. */
  readonly leaseMs: number;
  /** How long a repeated key looks for the result of an accepted command. */
  readonly lookMs: number;
}

/** A refusal of a re-attached claim is old news: the same request is then judged afresh, once. */
type Conclusion = { readonly answer: Answer } | { readonly refused: DomainError };

interface Attempt {
  readonly claim: Command;
  readonly command: CaseCommand;
  /** Under the same ids, by an earlier call: it may still be under way. */
  readonly sentBefore: boolean;
}

/** The path of a command (docs/ARCHITECTURE.md): claim, deliver, effect, answer; and every way back into it. */
export class Commands {
  constructor(
    private readonly db: Db,
    private readonly gateway: Gateway,
    private readonly settings: CommandSettings,
  ) {}

  async forCase(command: CaseCommand): Promise<Answer> {
    const seen = command.key === null ? undefined : await findCommand(this.db, { ...command, key: command.key });
    const known = seen === undefined ? undefined : await this.answerOfKey(seen, command);
    if (known !== undefined) return known;
    // rule: rows-checked-first
    const standing = await command.check();
    if (standing === 'reached' && command.key === null)
      return { status: command.status, body: await command.render(command.allocate().resourceId) };
    const claim = await this.claim(command, seen);
    // Nothing is left to do, but a key must go on to answer what it answered now.
    if (standing === 'reached') return this.answer(claim, command);
    return settle(await this.carryOut({ claim, command, sentBefore: false }));
  }

  /** Claim, work and kept outcome in one transaction; a second call under the same key waits for the first. */
  async inTransaction(command: TransactionCommand): Promise<Answer> {
    const bodySha256 = bodyFingerprint(this.settings.secret, command.body);
    const seen = command.key === null ? undefined : await findCommand(this.db, { ...command, key: command.key });
    if (seen !== undefined) return replayTransaction(seen, bodySha256);
    await command.prepare?.();
    return this.db.transaction(async (trx) => {
      const ids = { resourceId: command.resourceId, updateId: randomUUID(), workflowId: null };
      const claim = await claimCommand(trx, { ...command, ...ids, id: newId('command'), bodySha256, leaseMs: 0 });
      if (claim === undefined)
        return replayTransaction(await findCommand(trx, { ...command, key: command.key ?? '' }), bodySha256);
      await command.work(trx);
      const answer = { status: command.status, body: await command.render(trx) };
      await recordEffect(trx, claim.id);
      await keepOutcome(trx, claim.id, { status: answer.status, body: answer.body ?? null });
      return answer;
    });
  }

  /** The result of an accepted command, if the engine has it by now; else what is known. Also `GET /operations`. */
  async look(claim: Command): Promise<'done' | 'running' | DomainError> {
    if (claim.workflowId === null || claim.effectAt !== null) return 'done';
    const delivery = await outcomeOfClaim(this.gateway, claim, this.settings.lookMs);
    if (delivery.kind === 'done' || (await hasEffect(this.db, claim.id))) return 'done';
    if (delivery.kind !== 'refused') return 'running';
    await recordRefusal(this.db, claim, delivery);
    return new DomainError(delivery.code, delivery.facts);
  }

  /** What the key answers without doing anything anew; undefined when the way is free for a new claim. */
  private async answerOfKey(seen: Command, command: CaseCommand): Promise<Answer | undefined> {
    const ended = seen.outcome === null && (seen.state === 'refused' || seen.state === 'lapsed');
    if (!ended) requireSameBody(seen, bodyFingerprint(this.settings.secret, command.body));
    // rule: outcome-is-replayed
    if (seen.outcome !== null) return replay(seen.outcome);
    if (seen.effectAt !== null) {
      this.tellRun(seen);
      return replayed(await this.answer(seen, command));
    }
    if (ended) return undefined;
    if (seen.state === 'accepted') {
      const known = await this.look(seen);
      if (known === 'running') return operation(seen);
      return known === 'done' ? replayed(await this.answer(seen, command)) : undefined;
    }
    if (seen.leaseAlive) throw new DomainError('IDEMPOTENCY_IN_FLIGHT');
    const again = await reclaimCommand(this.db, seen, { ...seen, leaseMs: this.settings.leaseMs });
    if (again === undefined) throw new DomainError('IDEMPOTENCY_IN_FLIGHT');
    const conclusion = await this.carryOut({ claim: again, command, sentBefore: true });
    return 'answer' in conclusion ? conclusion.answer : undefined;
  }

  private async claim(command: CaseCommand, seen: Command | undefined): Promise<Command> {
    const fresh = {
      ...command.allocate(),
      updateId: randomUUID(),
      bodySha256: bodyFingerprint(this.settings.secret, command.body),
      leaseMs: this.settings.leaseMs,
    };
    const claim =
      seen === undefined
        ? await claimCommand(this.db, { ...command, ...fresh, id: newId('command') })
        : await reclaimCommand(this.db, seen, fresh);
    if (claim === undefined) throw new DomainError('IDEMPOTENCY_IN_FLIGHT');
    return claim;
  }

  private async carryOut(attempt: Attempt): Promise<Conclusion> {
    const { claim, command } = attempt;
    const delivery = await command.deliver(claim);
    if (!isForRows(delivery) || (await hasEffect(this.db, claim.id))) return this.conclude(attempt, delivery);
    // The run judged by what it knew, or is gone, or ends. The rows are the truth: they refuse with today's reason, or allow.
    const refused = await this.refusalOfRows(claim, command);
    if (refused !== undefined) return refused;
    if (delivery.kind === 'no_run') return this.conclude(attempt, delivery);
    const told = await Promise.all(runsOfClaim(claim).map(({ workflowId }) => this.gateway.reload(workflowId)));
    if (told.includes(false)) return this.conclude(attempt, { kind: 'unconfirmed' });
    const renewed = { ...claim, updateId: randomUUID() };
    await renewUpdateId(this.db, claim, { updateId: renewed.updateId, leaseMs: this.settings.leaseMs });
    const second = await command.deliver(renewed);
    // It ended once it had read its rows: they tell why.
    // rule: run-that-ended-meanwhile-is-no-stuck-case
    const over = second.kind === 'no_run' ? await this.refusalOfRows(renewed, command) : undefined;
    return over ?? this.conclude({ ...attempt, claim: renewed }, second);
  }

  private async refusalOfRows(claim: Command, command: CaseCommand): Promise<Conclusion | undefined> {
    try {
      if ((await command.check()) === 'go') return undefined;
      await this.db.transaction((trx) => recordEffect(trx, claim.id));
      return { answer: await this.answer(claim, command) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await recordRefusal(this.db, claim, error);
      return { refused: error };
    }
  }

  private async conclude({ claim, command, sentBefore }: Attempt, delivery: Delivery): Promise<Conclusion> {
    if (delivery.kind === 'done') return { answer: await this.answer(claim, command) };
    if (await hasEffect(this.db, claim.id)) {
      this.tellRun(claim);
      return { answer: await this.answer(claim, command) };
    }
    switch (delivery.kind) {
      case 'refused':
        await recordRefusal(this.db, claim, delivery);
        return { refused: new DomainError(delivery.code, delivery.facts) };
      case 'accepted':
        await markAccepted(this.db, claim.id);
        return { answer: operation(claim) };
      case 'unconfirmed':
      case 'dropped':
        await endLease(this.db, claim.id);
        throw new DomainError('TRY_AGAIN');
      case 'overloaded':
        await endLease(this.db, claim.id);
        // Nothing of it can be under way: a retry is judged by the rows first, so that a crowd does not press upon the run.
        if (command.status === 200 && !sentBefore) await recordLapse(this.db, claim);
        throw new DomainError('TOO_MANY_REQUESTS');
      case 'no_run':
      case 'run_failing':
        await endLease(this.db, claim.id);
        if (command.status === 201 && delivery.kind === 'no_run') {
          // The run ended without opening its case: this claim can no longer take effect, a retry makes a new one.
          await recordLapse(this.db, claim);
          throw new DomainError('TRY_AGAIN');
        }
        // The watchdog looks at flagged cases first; a run that fails is for people to mend.
        for (const { workflowId } of runsOfClaim(claim))
          await markStuck(this.db, workflowId, delivery.kind === 'no_run' ? runMissing : runFailing);
        throw new DomainError('CASE_STUCK');
    }
  }

  /**
   * The rows say that the command happened, but the run has not confirmed it: it may have lost its worker between the
   * commit and its report. Nobody waits for this: a run that stays behind is moved on by its clock.
   */
  private tellRun(claim: Command): void {
    for (const { workflowId } of runsOfClaim(claim)) void this.gateway.reload(workflowId).catch(() => false);
  }

  private async answer(claim: Command, command: CaseCommand): Promise<Answer> {
    const body = await command.render(claim.resourceId);
    // rule: secrets-are-not-kept
    if (command.secret === true) {
      await this.db.transaction((trx) => recordEffect(trx, claim.id));
      return { status: command.status, body };
    }
    await keepOutcomeOfEffect(this.db, claim.id, { status: command.status, body });
    return { status: command.status, body };
  }
}

/** The run could not judge it by how the rows stand now: they are asked, and then the run once more. */
function isForRows(delivery: Delivery): boolean {
  // rule: dropped-by-the-engine-is-asked-of-the-rows
  if (delivery.kind === 'dropped') return true;
  return delivery.kind === 'no_run' || (delivery.kind === 'refused' && delivery.code === 'WRONG_STATE');
}

function settle(conclusion: Conclusion): Answer {
  if ('answer' in conclusion) return conclusion.answer;
  throw conclusion.refused;
}

/** A command of one transaction is there with its outcome or not at all. */
function replayTransaction(first: Command | undefined, bodySha256: Buffer): Answer {
  if (first?.outcome == null) throw new DomainError('IDEMPOTENCY_IN_FLIGHT');
  requireSameBody(first, bodySha256);
  return replay(first.outcome);
}

function requireSameBody(seen: Command, bodySha256: Buffer): void {
  // rule: same-key-same-body
  if (!seen.bodySha256.equals(bodySha256)) throw new DomainError('IDEMPOTENCY_KEY_REUSED');
}

function replay(outcome: { readonly status: number; readonly body: unknown }): Answer {
  return replayed(outcome.status === 204 ? { status: 204 } : outcome);
}

function replayed(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'Idempotent-Replayed': 'true' } };
}

function operation(claim: Command): Answer {
  return { status: 202, body: { operationId: claim.id }, headers: { Location: `/v1/operations/${claim.id}` } };
}
