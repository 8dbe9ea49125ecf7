import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rows } from '../../db/connection';
import { controlsOf, SellerJourney, somebody } from '../support/seller-journey';
import { startWorld, type World } from './world';

/** Personal data are in the rows, sealed, and with the outside parties; nowhere else, whatever happens on the way. */
let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { MALLFLOW_LOG_LEVEL: 'debug' } });
});
afterAll(() => world.stop(), 60_000);

/** Every file below a folder, as bytes. */
function filesBelow(folder: string): { name: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true)
    .map((name) => ({ name, bytes: readFileSync(name) }));
}

it('what a seller tells of people and accounts stands in no history, log, error, notice or case', async () => {
  const personal = somebody();
  const journey = await SellerJourney.begin(world.url, controlsOf(world.channel.url), personal);
  const answers: unknown[] = [];
  // Refusals quote nothing back either.
  const form = await journey.verificationForm();
  const wrong = { ...form, unifiedSocialCreditCode: '91350100M000100Y4Z' };
  answers.push((await journey.seller.post(`${journey.path}/verification`, wrong)).body);
  await journey.verify();
  await journey.inform();
  await journey.payFee();
  await journey.openMerchantIds();
  for (const path of ['verification', 'merchant-ids', 'certification-fee', 'readiness'])
    answers.push((await journey.seller.get(`${journey.path}/${path}`)).body);
  answers.push((await journey.seller.get('/v1/notices')).body);

  const marks = Object.entries(personal);
  const found = (where: string, bytes: Buffer): string[] =>
    marks.filter(([, mark]) => bytes.includes(mark)).map(([key]) => `${key} in ${where}`);
  const database = await rows<{ where: string; text: string }>(
    world.db,
    `select 'process_cases' as "where", to_jsonb(c)::text as text from process_cases c
     union all select 'case_events', to_jsonb(e)::text from case_events e
     union all select 'audit_log', to_jsonb(a)::text from audit_log a
     union all select 'notices', to_jsonb(n)::text from notices n
     union all select 'commands', to_jsonb(c)::text from commands c`,
  );
  expect(database.length).toBeGreaterThan(20);
  expect([
    ...found('an answer', Buffer.from(JSON.stringify(answers))),
    ...database.flatMap((row) => found(row.where, Buffer.from(row.text))),
    // Temporal's own database, the logs of both processes, and what lies beside them; not the outside's own books.
    ...['temporal', 'api.log', 'worker.log'].flatMap((name) => {
      const at = join(world.folder, name);
      const files = statSync(at).isDirectory() ? filesBelow(at) : [{ name: at, bytes: readFileSync(at) }];
      return files.flatMap(({ name: file, bytes }) => found(file, bytes));
    }),
  ]).toEqual([]);
  // The marks are where they belong: the test looks for what was really sent.
  const books = Buffer.concat(filesBelow(join(world.folder, 'emulator')).map(({ bytes }) => bytes));
  expect(books.includes(personal.accountNumber)).toBe(true);
});
