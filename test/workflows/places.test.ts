import { Places } from '../../temporal/places';

describe('places at a run', () => {
  const small = () => new Places({ atOnce: 1, mayWait: 1, waitMs: 60 });

  it('go to whoever waits longest', async () => {
    const places = small();
    expect(await places.enter('a')).toBe(true);
    const waiting = places.enter('a');
    places.leave('a');
    expect(await waiting).toBe(true);
    places.leave('a');
    expect(await places.enter('a')).toBe(true);
  });

  it('are waited for by a few, and not for long', async () => {
    const places = small();
    await places.enter('a');
    const waiting = places.enter('a');
    const turnedAway = await Promise.race([places.enter('a'), waiting.then(() => 'the one before')]);
    expect(turnedAway).toBe(false);
    expect(await waiting).toBe(false);
    // Whoever gave up waits no more: the place is free for others.
    places.leave('a');
    expect(await places.enter('a')).toBe(true);
  });

  it('are each run’s own', async () => {
    const places = small();
    await places.enter('a');
    expect(await places.enter('b')).toBe(true);
  });
});
