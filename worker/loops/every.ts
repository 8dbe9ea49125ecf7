import type { Logger } from 'pino';

export interface Loop {
  /** Lets the round under way finish. */
  stop(): Promise<void>;
}

/** Runs `work` again and again with a pause between; a failing round is logged and the next one tries again. */
export function every(pauseMs: number, name: string, log: Logger, work: () => Promise<void>): Loop {
  let stopped = false;
  let wake = (): void => undefined;
  const running = (async () => {
    while (!stopped) {
      await work().catch((error: unknown) => log.warn({ err: error, loop: name }, 'a round failed'));
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
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
