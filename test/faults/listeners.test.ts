import { listenThroughKills, openHall, type Hall } from './listeners';

let hall: Hall;
beforeAll(async () => {
  hall = await openHall();
});
afterAll(() => hall.stop());

describe('clients that listen while the API is killed and comes back', () => {
  it('each hear what is theirs, once and in order', async () => {
    const { told, numbered, outcomes } = await listenThroughKills(hall, { clients: 100, changes: 400, kills: 2 });
    expect(numbered).toBe(told);
    expect(outcomes).toHaveLength(100);
    for (const { name, expected, heard, resets, connections } of outcomes) {
      expect({ name, heard, resets }).toEqual({ name, heard: expected, resets: 0 });
      expect(connections).toBeGreaterThan(1);
      if (name !== 'member@demo') expect(heard.length).toBeGreaterThan(20);
    }
  });
});
