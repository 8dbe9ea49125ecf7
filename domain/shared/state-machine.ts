import { DomainError } from './errors';

/**
 * A state machine as data. `transitions[state][act]` is the state after the act. Acts listed in `commands` are given
 * by people; the others happen by themselves (a clock, another process). `reachedBy[command]` are the states in which
 * repeating the command changes nothing and succeeds (api.md §1: "target state already reached: 200").
 *
 * Tables that workflows use only grow: removing a transition would break the replay of open runs.
 */
export interface StateMachine<S extends string, A extends string, C extends A> {
  readonly initial: S;
  readonly transitions: Readonly<Record<S, Readonly<Partial<Record<A, S>>>>>;
  readonly commands: readonly C[];
  readonly reachedBy: Readonly<Record<C, readonly S[]>>;
}

/** The state after `act`; WRONG_STATE `{state, allowed}` where the table has no such edge. */
export function transition<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  from: S,
  act: A,
): S {
  const to = machine.transitions[from][act];
  // rule: no-edge-no-transition
  if (to === undefined) throw wrongState(machine, from);
  return to;
}

export function allows<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  state: S,
  act: A,
): boolean {
  return machine.transitions[state][act] !== undefined;
}

/** The commands people may give in this state, in the order of the table: `actions` and `allowed` in answers. */
export function allowedCommands<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  state: S,
): C[] {
  // rule: actions-are-what-the-table-allows
  return machine.commands.filter((command) => allows(machine, state, command));
}

/** True when `command` has nothing left to do in `state`. */
export function alreadyReached<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  state: S,
  command: C,
): boolean {
  return machine.reachedBy[command].includes(state);
}

/** True when nothing leads out of the state. */
export function isFinal<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  state: S,
): boolean {
  return Object.keys(machine.transitions[state]).length === 0;
}

export function wrongState<S extends string, A extends string, C extends A>(
  machine: StateMachine<S, A, C>,
  state: S,
  more: Readonly<Record<string, unknown>> = {},
): DomainError {
  return new DomainError('WRONG_STATE', { state, allowed: allowedCommands(machine, state), ...more });
}
