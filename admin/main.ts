import { Command } from 'commander';
import { join, resolve } from 'node:path';
import { addEnterpriseSchema, addMallSchema, addStaffSchema } from '../domain/account/schemas';
import { addBenefitSchema } from '../domain/catalogue/schemas';
import { topUpSchema } from '../domain/ledger/schemas';
import { DomainError, errorText } from '../domain/shared/errors';
import { parseEnvironment, ownerUrl, dataKeys, timeProfile, wechatPay, type Configuration } from '../config/env';
import { casePolicies } from '../config/policies';
import { watchedCase } from '../db/case/repository';
import { appRole, connect, type Db } from '../db/connection';
import { verifyLedger } from '../db/ledger/queries';
import { migrate } from '../db/migration-source';
import { KeyedVault } from '../db/secrets/keyed-vault';
import { PrivateFolder } from '../providers/documents/private-folder';
import { LocalFolder } from '../providers/images/local-folder';
import { createWechatPay } from '../providers/payments/wechat-pay/wechat-pay';
import { lazyClient, temporalTarget } from '../temporal/connection';
import { Gateway } from '../temporal/gateway';
import { registerSearchAttributes } from '../temporal/search-attributes';
import { resumeCase } from '../runs/resume-case';
import { publishFromFile, type AgreementOptions } from './agreement';
import { listCalendar, setCalendar } from './calendar';
import { criteriaInForce, publishCriteriaFromFile, type CriteriaOptions } from './criteria';
import { seedDemoWhole } from './demo-sellers';
import { furnishBenefit, furnishEnterprise, furnishMall, furnishStaff, furnishTopUp } from './furnish';
import { checkedInput, UsageError, wholeNumber } from './input';
import { reconcileByHand } from './reconcile';
import { rotateKeys } from './rotate-keys';

/** Exit codes: 0 done, 1 failed or found something wrong, 2 wrong usage. */

const say = (value: unknown): void => {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
};

async function withDatabase<R>(
  role: typeof appRole | null,
  work: (db: Db, config: Configuration) => Promise<R>,
): Promise<R> {
  const config = parseEnvironment(process.env);
  const db = connect({
    url: ownerUrl(config),
    role,
    poolMax: 2,
    applicationName: 'mallflow-admin',
    statementTimeoutMs: 600_000,
    ...{ lockTimeoutMs: 30_000, acquireTimeoutMs: 10_000, answerTimeoutMs: 610_000 },
  });
  try {
    return await work(db, config);
  } finally {
    await db.destroy();
  }
}

/** Everything but migrating runs in the product's own restricted role. */
const asApp = <R>(work: (db: Db, config: Configuration) => Promise<R>) => withDatabase(appRole, work);

/** What seals, and where the sealed bytes of documents lie. */
function sealing(config: Configuration) {
  return {
    vault: new KeyedVault(dataKeys(config)),
    documents: new PrivateFolder(resolve(config.MALLFLOW_DOCUMENT_DIR)),
  };
}

function gatewayOf(config: Configuration) {
  const temporal = lazyClient(temporalTarget(process.env));
  const deadlines = { acceptedWithinMs: config.MALLFLOW_ACCEPT_MS, resultWithinMs: config.MALLFLOW_RESULT_MS };
  return { temporal, gateway: new Gateway(temporal, deadlines, config.MALLFLOW_TASK_QUEUE) };
}

const admin = new Command('admin').description('Furnish and look after a Mallflow installation').exitOverride();

admin
  .command('migrate')
  .description('bring the database schema to the newest version (DATABASE_URL must own it)')
  .action(async () => {
    const names = await withDatabase(null, (db) => migrate(db, join(__dirname, '..', 'migrations')));
    say(names.length === 0 ? 'the schema is up to date' : `applied ${names.join(', ')}`);
  });

admin
  .command('setup-temporal')
  .description('register our search attributes with the Temporal server; safe to repeat')
  .action(async () => {
    const target = temporalTarget(process.env);
    const { connection } = lazyClient(target);
    await registerSearchAttributes(connection as Parameters<typeof registerSearchAttributes>[0], target.namespace);
    await connection.close();
    say('search attributes are registered');
  });

admin
  .command('seed-demo')
  .description('load the demo data (refused in production)')
  .action(async () => {
    const added = await asApp((db, config) => {
      if (config.NODE_ENV === 'production') throw new UsageError('demo data is refused when NODE_ENV=production');
      const { certificationFee, sellerOnboarding } = casePolicies(config);
      const fee = { ...certificationFee, validForMs: config.MALLFLOW_FEE_VALID_SECONDS ?? null };
      const images = new LocalFolder(resolve(config.MALLFLOW_IMAGE_DIR));
      return seedDemoWhole({ db, images, ...sealing(config), ...sellerOnboarding, fee });
    });
    say(added ? 'demo data loaded' : 'demo data is there already');
  });

admin
  .command('enterprise')
  .description('add an enterprise')
  .requiredOption('--name <name>')
  .action(async (options: unknown) => {
    say({ id: await asApp((db) => furnishEnterprise(db, checkedInput(addEnterpriseSchema, options))) });
  });

admin
  .command('mall')
  .description('add a mall to an enterprise')
  .requiredOption('--enterprise-id <id>')
  .requiredOption('--name <name>')
  .action(async (options: unknown) => {
    const mall = checkedInput(addMallSchema, options);
    say({ id: await asApp((db, config) => furnishMall(db, mall, config.MALLFLOW_MALLS_PER_ENTERPRISE)) });
  });

admin
  .command('staff')
  .description('add an operator, reviewer or mall manager; the password is read from standard input')
  .requiredOption('--login <login>')
  .requiredOption('--display-name <name>')
  .requiredOption('--roles <roles...>', 'operator, reviewer, mall_manager')
  .option('--enterprise-id <id>', 'for a mall manager')
  .action(async (options: object) => {
    const staff = checkedInput(addStaffSchema, { ...options, password: await passwordFromInput() });
    say({ id: await asApp((db) => furnishStaff(db, staff)) });
  });

admin
  .command('benefit')
  .description('offer a benefit in the resource centre')
  .requiredOption('--name <name>')
  .requiredOption('--kind <kind>', 'coupon, direct_top_up, rights_pack')
  .requiredOption('--price-fen <fen>', 'price of one piece', wholeNumber)
  .requiredOption('--exchange-notes <text>')
  .option('--validity-days <days>', 'for a rights pack', wholeNumber)
  .action(async ({ validityDays, ...options }: { validityDays?: number }) => {
    const validity = validityDays === undefined ? null : { days: validityDays };
    say({ id: await asApp((db) => furnishBenefit(db, checkedInput(addBenefitSchema, { ...options, validity }))) });
  });

admin
  .command('top-up')
  .description('book money that came in onto an enterprise balance')
  .requiredOption('--enterprise-id <id>')
  .requiredOption('--amount-fen <fen>', 'amount', wholeNumber)
  .requiredOption('--reason <text>')
  .option('--reference <text>', 'of the bank transfer; the same one is refused a second time')
  .action(async ({ enterpriseId, reference, ...options }: { enterpriseId: string; reference?: string }) => {
    const topUp = checkedInput(topUpSchema, options);
    say({ id: await asApp((db) => furnishTopUp(db, { ...topUp, enterpriseId, reference })) });
  });

admin
  .command('resume')
  .description('start the run of an open case again from its rows')
  .argument('<id>', 'a process or subject id')
  .action(async (id: string) => {
    const outcome = await asApp(async (db, config) => {
      const at = await watchedCase(db, id);
      if (at === undefined) throw new UsageError(`no case ${id}`);
      const { gateway, temporal } = gatewayOf(config);
      const settings = {
        policies: casePolicies(config),
        workflowTaskTimeoutMs: timeProfile(config).workflowTaskMs,
      };
      return resumeCase(db, gateway, at, settings).finally(() => temporal.connection.close());
    });
    say(outcome);
  });

admin
  .command('ledger')
  .description('ledger verify: recompute every balance from its lines')
  .argument('<action>', 'verify')
  .action(async (action: string) => {
    if (action !== 'verify') throw new UsageError('the only action is verify');
    const discrepancies = await asApp((db) => verifyLedger(db));
    for (const found of discrepancies) say(found);
    say(discrepancies.length === 0 ? 'the ledger is sound' : `${discrepancies.length} discrepancies`);
    if (discrepancies.length > 0) process.exitCode = 1;
  });

admin
  .command('reconcile')
  .description("compare a payment channel's book of a day with ours; 0 all equal, 1 something differs, 2 not compared")
  .requiredOption('--day <day>', "YYYY-MM-DD in the channel's calendar, Asia/Shanghai")
  .option('--json', 'one line for programs', false)
  .action(async (options: { day: string; json: boolean }) => {
    // Any other failure ends the program with 1, which here would say that something differs.
    const told = await asApp((db, config) => {
      const access = wechatPay(config);
      return reconcileByHand({ db, channel: access && createWechatPay(access) }, options);
    }).catch((error: unknown) => {
      throw new UsageError(messageOf(error));
    });
    told.lines.forEach((line) => (told.code === 2 ? process.stderr.write(`${line}\n`) : say(line)));
    process.exitCode = told.code;
  });

admin
  .command('agreement')
  .description('agreement publish: a new version of what sellers agree to, from a text file')
  .argument('<action>', 'publish')
  .requiredOption('--version <version>', 'a name, e.g. 2.0')
  .requiredOption('--title <title>')
  .requiredOption('--file <file>', 'the text, in UTF-8')
  .option('--sign-by <date>', 'until when sellers of earlier versions sign again: a day in Asia/Shanghai, or a time')
  .action(async (action: string, options: AgreementOptions) => {
    if (action !== 'publish') throw new UsageError('the only action is publish');
    say(await asApp((db) => publishFromFile(db, options)));
  });

admin
  .command('rotate-keys')
  .description('seal everything anew by the first of MALLFLOW_DATA_KEYS; then the others are not needed any more')
  .action(async () => {
    // In the owner's role: to the product, much of what is sealed is written once.
    const resealed = await withDatabase(null, (db, config) =>
      rotateKeys({
        db,
        ...sealing(config),
      }),
    );
    for (const line of resealed) say(line);
    say('every sealed text and document stands under the first key');
  });

const calendar = admin
  .command('calendar')
  .description('the working days of mainland China: what differs from Monday to Friday');

calendar
  .command('list')
  .option('--since <day>', 'from this day on', '2026-01-01')
  .action(async ({ since }: { since: string }) => {
    for (const line of await asApp((db) => listCalendar(db, since))) say(line);
  });

calendar
  .command('set')
  .description('say that people work on a day, or do not; new deadlines count by it')
  .argument('<day>', 'YYYY-MM-DD')
  .argument('<kind>', 'working or holiday')
  .argument('<name>', 'of the holiday, or why people work')
  .action(async (day: string, kind: string, name: string) => {
    say(await asApp((db) => setCalendar(db, { day, kind, name })));
  });

const criteria = admin.command('criteria').description('what reviewers of shops and products go by, in versions');
const ofKind = (command: Command) =>
  command
    .requiredOption('--kind <kind>', 'shop or product')
    .option('--delivery-type <type>', 'manual, saas, image or api; for products');

ofKind(criteria.command('show'))
  .description('the newest version, as a file for the next')
  .action(async (options: CriteriaOptions) => {
    say(await asApp((db) => criteriaInForce(db, options)));
  });

ofKind(criteria.command('publish'))
  .description('a new version, for reviews opened from now on; refused where nothing differs')
  .requiredOption('--file <file>', 'JSON as `criteria show` gives it')
  .action(async (options: CriteriaOptions & { file: string }) => {
    // In the owner's role: the product only reads what its reviewers go by.
    say(await withDatabase(null, (db) => publishCriteriaFromFile(db, options)));
  });

async function passwordFromInput(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Password: ');
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0]?.trim() ?? '';
}

admin.parseAsync().catch((error: unknown) => {
  const code = (error as { exitCode?: unknown }).exitCode;
  if (typeof code === 'number') process.exit(code === 0 ? 0 : 2);
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
});

function messageOf(error: unknown): string {
  if (error instanceof DomainError) return `${error.code}: ${errorText(error.code, error.facts, 'en')}`;
  return error instanceof Error ? error.message : String(error);
}
