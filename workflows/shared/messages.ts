/** Who gave a command: ids only, nothing personal enters a history. */
export interface CommandInput {
  /** Id of the claim; the step's transaction records its effect there. */
  readonly commandId: string;
  readonly accountId: string;
  readonly requestId: string;
}

/** Where a case stands, as its activities report it to the run. */
export interface CaseSnapshot<S extends string> {
  readonly state: S;
  /** ISO 8601; when a clock moves the case on if nobody does. */
  readonly dueAt: string | null;
}

/** The answer of a case that was opened or loaded, and of every command: what matters is in the rows. */
export const openedUpdateName = 'opened';

/** A fact for any case: its rows are ahead of its run, re-read them. */
export const reloadSignalName = 'reload';
