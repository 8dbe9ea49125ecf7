import {
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
  type ApplicationFailure,
} from '@temporalio/workflow';
import type { UpdateDefinition } from '@temporalio/common';
import { allows, alreadyReached, wrongState, type StateMachine } from '../../domain/shared/state-machine';
import { DomainError } from '../../domain/shared/errors';
import { asFailure, refusalIn } from './failures';
import { openedUpdateName, reloadSignalName, type CaseSnapshot, type CommandInput } from './messages';

const openedUpdate = defineUpdate<void>(openedUpdateName);
const reloadSignal = defineSignal(reloadSignalName);

/** What else is to be done before a command is answered, with nobody held up meanwhile. */
type Afterwards<N, I> = (snapshot: N, by: I) => Promise<'done' | 'again'>;

/**
 * The plumbing every case shares, so that a workflow shows nothing but its guide:
 *
 * - *open or load*: the first step inserts the case or returns what is there, and the main flow goes on from that state;
 * - *one thing at a time*: commands, clocks and reloads queue behind one another;
 * - *rows decide*: a step that the row refuses moves the run to where the row stands, and is never forced;
 * - *reload*: a signal says that the rows are ahead, and the run re-reads them.
 *
 * Create it, register every command with {@link on}, then `await opened()`; nothing may be awaited before.
 */
export class Case<S extends string, A extends string, C extends A, N extends CaseSnapshot<S> = CaseSnapshot<S>> {
  private snapshot: N | undefined;
  private refusedToOpen: ApplicationFailure | undefined;
  private reloadsAsked = 0;
  private reloadsDone = 0;
  private lastInLine: Promise<unknown> = Promise.resolve();
  /** The flow that re-reads the rows when it is asked to has come to its end; commands may still be waiting. */
  private isOver = false;

  constructor(
    private readonly machine: StateMachine<S, A, C>,
    private readonly openOrLoad: () => Promise<N>,
    private readonly load: () => Promise<N>,
  ) {
    setHandler(reloadSignal, () => this.askToReload());
    setHandler(openedUpdate, async () => {
      await condition(() => this.settled);
      if (this.refusedToOpen !== undefined) throw this.refusedToOpen;
    });
  }

  /** The rows are ahead of what the run knows: it re-reads them before it does anything else. */
  askToReload(): void {
    this.reloadsAsked += 1;
  }

  /**
   * Takes a person's command: judged at once by the state the run knows, and again by the row. `afterwards` may wait for
   * what the step set going, and ask for the step again.
   */
  on<I extends CommandInput>(
    update: UpdateDefinition<void, [I]>,
    command: C,
    step: (by: I) => Promise<N>,
    afterwards: Afterwards<N, I> = () => Promise.resolve('done'),
  ): void {
    setHandler(
      update,
      async (by: I) => {
        await condition(() => this.settled);
        if (this.refusedToOpen !== undefined) throw this.refusedToOpen;
        for (let once = true; once;) {
          const snapshot = await this.inLine(() => this.obey(command, () => step(by)));
          once = snapshot !== undefined && (await afterwards(snapshot, by)) === 'again';
        }
      },
      {
        validator: (by: I) => {
          requireWellFormed(by);
          // Before it is opened, or while it is re-read, only the handler can tell.
          if (this.snapshot === undefined || this.isBehind) return;
          // rule: validator-judges
          if (!alreadyReached(this.machine, this.state, command)) this.judge(command);
        },
      },
    );
  }

  /** Until the case, as its rows say, is where it is waited for; at most so long. False when the time was over. */
  async until(reached: (snapshot: N) => boolean, withinMs?: number): Promise<boolean> {
    const there = (): boolean => this.snapshot !== undefined && !this.isBehind && reached(this.snapshot);
    for (;;) {
      // rule: over-still-re-reads
      const turn = (): boolean => there() || (this.isOver && this.isBehind);
      if (withinMs === undefined) await condition(turn);
      else if (!(await condition(turn, withinMs))) return false;
      if (there()) return true;
      // Told once more after the flow has ended: nobody else would look at the rows then.
      await this.inLine(() => this.reloadIfAsked());
    }
  }

  /** Opens the case, or loads what is there. False when the domain refused: then there is no case. */
  async opened(): Promise<boolean> {
    try {
      this.snapshot = await this.openOrLoad();
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === undefined) throw error;
      this.refusedToOpen = refusal.failure;
    }
    return this.snapshot !== undefined;
  }

  /**
   * The case stands in `state`, or goes to and fro between several, until a command or a reload moves it on, or until its
   * due time passes and `whenDue` does. Returns at once when the case is past that state already, so a flow of these
   * picks up wherever the rows are.
   */
  async during(state: S | readonly S[], clock?: { readonly whenDue: () => Promise<N> }): Promise<void> {
    const within: readonly S[] = typeof state === 'string' ? [state] : state;
    const isThere = () => this.snapshot !== undefined && within.includes(this.snapshot.state);
    const stands = () => isThere() && !this.isBehind;
    while (isThere()) {
      if (this.isBehind) await this.inLine(() => this.reloadIfAsked());
      else if (clock === undefined) await condition(() => !stands());
      else if (await this.dueWhile(stands))
        // A command ahead in the line may have moved it meanwhile: then the clock has nothing left to do.
        await this.inLine(async () => {
          if (stands()) await this.runByClock(clock.whenDue);
        });
    }
  }

  /** Lets every accepted command get its answer, then gives the last state. */
  async finished(): Promise<S | null> {
    this.isOver = true;
    await condition(allHandlersFinished);
    return this.snapshot?.state ?? null;
  }

  private get settled(): boolean {
    return this.snapshot !== undefined || this.refusedToOpen !== undefined;
  }

  private get state(): S {
    return (this.snapshot as N).state;
  }

  /** The rows may be ahead of what the run knows. */
  private get isBehind(): boolean {
    return this.reloadsDone < this.reloadsAsked;
  }

  /** True when the due time passed while the case stood where it stands. */
  private async dueWhile(stands: () => boolean): Promise<boolean> {
    const dueAt = this.snapshot?.dueAt ?? null;
    if (dueAt !== null) return !(await condition(() => !stands(), Math.max(1, Date.parse(dueAt) - Date.now())));
    await condition(() => !stands());
    return false;
  }

  /** A step of the case's own clock. Where the row refuses, the run goes on from where the row stands. */
  private async runByClock(step: () => Promise<N>): Promise<void> {
    try {
      await this.take(step);
    } catch (error) {
      // rule: refused-clock-moves-the-run
      if (refusalIn(error)?.code !== 'WRONG_STATE') throw error;
    }
  }

  private judge(command: C): void {
    if (!allows(this.machine, this.state, command)) throw asFailure(wrongState(this.machine, this.state));
  }

  /** One command in its turn; undefined when nothing was left to do. */
  private async obey(command: C, step: () => Promise<N>): Promise<N | undefined> {
    await this.reloadIfAsked();
    // rule: reached-is-done
    if (alreadyReached(this.machine, this.state, command)) return undefined;
    // rule: handler-judges-again
    this.judge(command);
    await this.take(step);
    return this.snapshot;
  }

  /** Runs a step and adopts where it leaves the case; a refusal carries where the row stands, and is adopted too. */
  private async take(step: () => Promise<N>): Promise<void> {
    try {
      this.snapshot = await step();
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal?.code === 'WRONG_STATE') {
        const { state, dueAt } = refusal.facts as Partial<CaseSnapshot<S>>;
        // rule: row-moves-the-run
        if (state !== undefined) this.snapshot = { state, dueAt: dueAt ?? null } as N;
      }
      throw error;
    }
  }

  /** A reload asked for while one is under way counts anew: the rows may have been read before it was asked. */
  private async reloadIfAsked(): Promise<void> {
    // rule: reload-re-reads
    while (this.isBehind) {
      const asked = this.reloadsAsked;
      this.snapshot = await this.load();
      this.reloadsDone = asked;
    }
  }

  private inLine<R>(work: () => Promise<R>): Promise<R> {
    // rule: commands-in-line
    const turn = this.lastInLine.then(work);
    this.lastInLine = turn.catch(() => undefined);
    return turn;
  }
}

/** A message from elsewhere (a tool, an older API) must not get as far as a step, which would repeat it for ever. */
function requireWellFormed(by: Partial<CommandInput> | undefined): void {
  const ids = [by?.commandId, by?.accountId, by?.requestId];
  if (!ids.every((id) => typeof id === 'string')) throw asFailure(new DomainError('VALIDATION_FAILED', { errors: [] }));
}
