import type { Logger } from 'pino';

export interface Loop {
  readonly name: string;
  /** When a round last ended well, in ms; undefined as long as none has. */
  finishedAt(): number | undefined;
  /** Lets the round under way finish. */
  stop(): Promise<void>;
}

/** Runs `work` again and again with a pause between; a failing round is logged and the next one tries again. */
export function every(pauseMs: number, name: string, log: Logger, work: () => Promise<void>): Loop {
  let stopped = false;
  let finished: number | undefined;
  let wake = (): void => undefined;
  const round = async (): Promise<void> => {
    await work();
    // rule: only-good-rounds-count
    finished = Date.now();
  };
  const running = (async () => {
    while (!stopped) {
      await round().catch((error: unknown) => log.warn({ err: error, loop: name }, 'a round failed'));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, stopped ? 0 : pauseMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    name,
    finishedAt: () => finished,
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
