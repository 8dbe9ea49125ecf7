/** Enough to keep the engine busy, few enough not to press upon the people's commands. */
const atOnce = 8;
/** So many failures without one success: it is not about single payments. */
const hopeless = 24;

/** One that cannot be helped does not keep the others from it; but when nobody can be, the engine is away. */
export async function eachAtOnce<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const left = things.values();
  const failures: unknown[] = [];
  let successes = 0;
  const worker = async (): Promise<void> => {
    for (const thing of left) {
      // rule: one-bad-payment-stops-no-round
      await work(thing).then(
        () => (successes += 1),
        (error: unknown) => failures.push(error),
      );
      if (successes === 0 && failures.length >= hopeless) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failures.length > 0) throw failures[0];
}
