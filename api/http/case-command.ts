import { alreadyReached, allows, wrongState, type StateMachine } from '../../domain/shared/state-machine';
import type { Language } from '../../domain/shared/errors';
import type { Db } from '../../db/connection';
import type { Answer } from './answers';
import { commandRequest, enterpriseOf, type Call } from './route';

/** A resource whose commands are carried out by the run of its case: all those of its table, or those in `U`. */
export interface CaseKind<
  Row extends { readonly id: string; readonly state: S },
  S extends string,
  C extends string,
  U extends C = C,
> {
  readonly machine: StateMachine<S, string, C>;
  readonly workflowId: (id: string) => string;
  /** The name of each command's update: a wire contract. */
  readonly updates: Readonly<Record<U, string>>;
  /** What is allowed where more than the state decides; else what the table says. */
  readonly actions?: (row: Row) => readonly string[];
  readonly find: (db: Db, enterpriseId: string, id: string) => Promise<Row | undefined>;
  readonly render: (db: Db, enterpriseId: string, id: string, language: Language) => Promise<unknown>;
}

/** What a command brings beyond its name. */
export interface CommandDetails<Row> {
  /** Another update than the one of the command's name. */
  readonly update?: string;
  /** Another answer than the resource. */
  readonly render?: (id: string) => Promise<unknown>;
  /** The answer tells a secret: it is rendered again instead of being kept. */
  readonly secret?: boolean;
  /** Gates beside the state (409). */
  readonly gate?: (row: Row) => void;
  /** What the rows may refuse (422) once state and gates allow it. */
  readonly facts?: (row: Row) => Promise<void>;
  /** Rides to the run beside the ids of the command: nothing personal, it stays in the history. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** A person's command upon a case: judged by its row first, then carried out by its run. */
export function commandCase<
  Row extends { readonly id: string; readonly state: S },
  S extends string,
  C extends string,
  U extends C,
>(
  kind: CaseKind<Row, S, C, U>,
  call: Call<unknown, undefined, Row>,
  name: U,
  details: CommandDetails<Row> = {},
): Promise<Answer> {
  const { services, principal, target, requestId, language } = call;
  const enterpriseId = enterpriseOf(principal);
  let row: Row | undefined = target;
  return services.commands.forCase({
    ...commandRequest(call),
    status: 200,
    allocate: () => ({ resourceId: target.id, workflowId: kind.workflowId(target.id) }),
    check: async () => {
      // The row found with the request serves the first look; a later one must see what changed meanwhile.
      const current = row ?? (await kind.find(services.db, enterpriseId, target.id)) ?? target;
      row = undefined;
      if (alreadyReached(kind.machine, current.state, name)) return 'reached';
      if (!allows(kind.machine, current.state, name))
        throw wrongState(kind.machine, current.state, kind.actions && { allowed: kind.actions(current) });
      details.gate?.(current);
      await details.facts?.(current);
      return 'go';
    },
    deliver: (claim) =>
      services.gateway.command(kind.workflowId(target.id), details.update ?? kind.updates[name], claim.updateId, {
        commandId: claim.id,
        accountId: principal.accountId,
        requestId,
        ...details.input,
      }),
    secret: details.secret ?? false,
    render: details.render ?? ((id) => kind.render(services.db, enterpriseId, id, language)),
  });
}
