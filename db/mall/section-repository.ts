import { DomainError } from '../../domain/shared/errors';
import { firstRow, run, type Trx } from '../connection';
import { isUniqueViolation } from '../errors';
import { newId } from '../new-id';

/** 默认分区: every mall starts with it (guide A, 步骤3: 如未自定义商品分组，默认选择默认分区). */
export async function addDefaultSection(trx: Trx, mallId: string): Promise<void> {
  await run(trx, `insert into mall_sections (id, mall_id, name, is_default) values (:id, :mallId, '默认分区', true)`, {
    id: newId('section'),
    mallId,
  });
}

/** @throws DomainError NAME_TAKEN at /name */
export async function addSection(
  trx: Trx,
  section: { readonly id: string; readonly mallId: string; readonly name: string },
): Promise<void> {
  await nameOnce(
    run(trx, 'insert into mall_sections (id, mall_id, name) values (:id, :mallId, :name)', { ...section }),
  );
}

/**
 * The default section may be renamed too: what makes it the default is not its name.
 *
 * @throws DomainError NAME_TAKEN at /name, NOT_FOUND when it was deleted meanwhile
 */
export async function renameSection(trx: Trx, section: { readonly id: string; readonly name: string }): Promise<void> {
  const renamed = await nameOnce(
    firstRow(trx, 'update mall_sections set name = :name, updated_at = now() where id = :id returning id', {
      ...section,
    }),
  );
  if (renamed === undefined) throw new DomainError('NOT_FOUND');
}

/**
 * Only an empty section goes; void listings do not count, they outlive it. The lock makes whoever puts a listing into
 * it wait, or waits for them.
 *
 * @throws DomainError SECTION_IS_DEFAULT, SECTION_NOT_EMPTY, NOT_FOUND when it was deleted meanwhile
 */
export async function deleteSection(trx: Trx, id: string): Promise<void> {
  // rule: section-judged-under-lock
  const section = await firstRow<{ isDefault: boolean }>(
    trx,
    'select is_default as "isDefault" from mall_sections where id = :id for update',
    { id },
  );
  if (section === undefined) throw new DomainError('NOT_FOUND');
  // rule: default-section-stays
  if (section.isDefault) throw new DomainError('SECTION_IS_DEFAULT', { allowed: ['edit'] });
  const listing = await firstRow(trx, `select id from listings where section_id = :id and state <> 'void' limit 1`, {
    id,
  });
  // rule: only-empty-sections-go
  if (listing !== undefined) throw new DomainError('SECTION_NOT_EMPTY', { allowed: ['edit'] });
  await run(trx, 'delete from mall_sections where id = :id', { id });
}

/**
 * The section a listing goes into: the one named, or the mall's default. It cannot be deleted before the transaction
 * ends.
 *
 * @throws DomainError REFERENCE_NOT_FOUND at /sectionId
 */
export async function holdSection(trx: Trx, mallId: string, sectionId: string | null): Promise<string> {
  // rule: section-of-the-same-mall, section-stays-while-it-is-used
  const section = await firstRow<{ id: string }>(
    trx,
    `select id from mall_sections
      where mall_id = :mallId and (id = :sectionId or (:sectionId::text is null and is_default)) for key share`,
    { mallId, sectionId },
  );
  if (section !== undefined) return section.id;
  throw new DomainError('REFERENCE_NOT_FOUND', {
    errors: [{ path: '/sectionId', code: 'REFERENCE_NOT_FOUND', message: 'no such section in this mall' }],
  });
}

async function nameOnce<R>(work: Promise<R>): Promise<R> {
  try {
    return await work;
  } catch (error) {
    if (!isUniqueViolation(error, 'mall_sections_name_once')) throw error;
    throw new DomainError('NAME_TAKEN', {
      errors: [{ path: '/name', code: 'NAME_TAKEN', message: 'the mall has a section of this name' }],
    });
  }
}
