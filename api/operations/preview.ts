import { z } from 'zod';
import {
  needsSecondOperator,
  operatorCommandNames,
  possibleCommands,
  requirePossible,
} from '../../domain/operations/commands';
import { noticeText } from '../../domain/notice/texts';
import { DomainError, type Language } from '../../domain/shared/errors';
import { accountsInRole } from '../../db/account/queries';
import type { CaseRow } from '../../db/case/queries';
import { casesTouchedSince, lastEvent, noticesToldSince, type TouchedCase } from '../../db/case/touched';
import type { Trx } from '../../db/connection';
import { newId } from '../../db/new-id';
import { runStanding } from '../../temporal/run-health';
import { isoOrNull } from '../http/times';
import type { Services } from '../services';
import { askUpon } from './asking';
import { fresh, operatorOf, type CommandCall } from './call';
import { isConcerned } from './concerned';
import { carryOut } from './deeds';
import { lockSubject } from './lock';

export const previewSchema = z.strictObject({
  preview: z.literal(true),
  command: z.enum(operatorCommandNames),
  /** What may be done to the case now. */
  allowed: z.array(z.string()),
  /** What would stand otherwise, `what` being a field of the case, or of another case that is touched as well. */
  changes: z.array(z.strictObject({ what: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  /** Who would be told what. */
  tells: z.array(z.strictObject({ accountId: z.string(), kind: z.string(), subject: z.string() })),
  needsSecondOperator: z.boolean(),
});
export type Preview = z.infer<typeof previewSchema>;

/** Carries what was found out of a transaction that must not commit. */
class Found extends Error {
  constructor(readonly preview: Pick<Preview, 'changes' | 'tells'>) {
    super('a preview');
  }
}

/**
 * What the command would do: it is carried out, by the very code that carries it out, in a transaction that is taken
 * back. No key is looked at and nothing is kept.
 *
 * @throws DomainError what the command itself would be refused with
 */
export async function dryRun(call: CommandCall): Promise<Preview> {
  const { services, target, body } = call;
  const row = await fresh(services.db, target);
  requirePossible(row, body.command);
  const told = {
    preview: true as const,
    command: body.command,
    allowed: possibleCommands(row),
    needsSecondOperator: needsSecondOperator(body.command),
  };
  if (body.command === 'resume') return { ...told, changes: await changeOfRun(services, row), tells: [] };
  try {
    // rule: previews-change-nothing
    await services.db.transaction(async (trx) => {
      throw new Found(await tryOut(trx, row, call));
    });
  } catch (error) {
    if (error instanceof Found) return { ...told, ...error.preview };
    throw error;
  }
  throw new Error('a preview was kept');
}

async function tryOut(trx: Trx, row: CaseRow, call: CommandCall): Promise<Pick<Preview, 'changes' | 'tells'>> {
  const { services, body, language } = call;
  const by = operatorOf(call);
  if (needsSecondOperator(body.command)) await lockSubject(trx, services, row);
  const [before, notice] = [await lastEvent(trx), newId('notice')];
  const approvalId = needsSecondOperator(body.command) ? await askUpon(trx, row, { command: body, by }) : null;
  const approval = approvalId === null ? null : { id: approvalId, confirmedBy: await anotherOperator(trx, row, call) };
  await carryOut({ trx, services, row, command: body, by, approval });
  const touched = await casesTouchedSince(trx, before);
  const tells = await noticesToldSince(trx, notice);
  return {
    changes: touched.flatMap((after) =>
      after.subjectId === row.subjectId ? changesOf(row, after) : [changeElsewhere(after)],
    ),
    tells: tells.map(({ accountId, ...told }) => ({ accountId, kind: told.kind, subject: subjectOf(told, language) })),
  };
}

/** One who could confirm it: whether whoever does it in the end may is judged again then. */
async function anotherOperator(trx: Trx, row: CaseRow, { services, principal }: CommandCall): Promise<string> {
  for (const operator of await accountsInRole(trx, 'operator'))
    // rule: another-operator-is-not-concerned
    if (operator !== principal.accountId && !(await isConcerned(trx, services, row, operator))) return operator;
  throw new DomainError('SECOND_OPERATOR_NEEDED', { allowed: [] });
}

function subjectOf(notice: Parameters<typeof noticeText>[0], language: Language): string {
  return noticeText(notice, language).subject;
}

function changesOf(before: CaseRow, after: TouchedCase): Preview['changes'] {
  const fields = ['state', 'stage', 'whoseTurn'] as const;
  const all = [
    ...fields.map((what) => ({
      what,
      from: before[what],
      to: after[what],
    })),
    { what: 'dueAt', from: isoOrNull(before.dueAt), to: isoOrNull(after.dueAt) },
  ];
  return all.filter(({ from, to }) => from !== to);
}

function changeElsewhere({ kind, subjectId, stage }: TouchedCase): Preview['changes'][number] {
  return { what: `${kind} ${subjectId}`, from: null, to: stage };
}

async function changeOfRun({ temporal, log }: Services, row: CaseRow): Promise<Preview['changes']> {
  try {
    const standing = await temporal.withDeadline(Date.now() + 2_000, () => runStanding(temporal, row.workflowId));
    return standing === 'running' ? [] : [{ what: 'run', from: standing, to: 'running' }];
  } catch (error) {
    log.warn({ err: error, processId: row.id }, 'the engine could not be asked for a run');
    throw new DomainError('TRY_AGAIN');
  }
}
