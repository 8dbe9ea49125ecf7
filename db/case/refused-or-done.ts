import { wrongState, type StateMachine } from '../../domain/shared/state-machine';
import { hasEffect } from '../command/repository';
import type { Trx } from '../connection';

/** Where the subject of a case stands, and when its clock moves it on. */
export interface Snapshot<S extends string> {
  readonly state: S;
  readonly dueAt: Date | null;
}

/**
 * The row did not stand where the act starts. Either this very command was carried out before and its answer was lost
 * (then nothing is done again), or somebody was faster.
 *
 * @throws DomainError WRONG_STATE `{state, allowed, dueAt}`: the run goes on from there
 */
export async function refusedOrDone<S extends string, A extends string, C extends A, N extends Snapshot<S>>(
  trx: Trx,
  machine: StateMachine<S, A, C>,
  snapshot: N,
  commandId: string | null,
): Promise<N> {
  // rule: done-command-is-not-refused
  if (commandId !== null && (await hasEffect(trx, commandId))) return snapshot;
  throw wrongState(machine, snapshot.state, { dueAt: snapshot.dueAt?.toISOString() ?? null });
}
