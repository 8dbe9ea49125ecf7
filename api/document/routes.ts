import { z } from 'zod';
import { documentEnding, documentTypeOf, documentTypes, maxDocumentBytes } from '../../domain/document/kinds';
import { DomainError } from '../../domain/shared/errors';
import { recordAudit } from '../../db/case/repository';
import type { Queryable } from '../../db/connection';
import { documentBytes, storeDocument } from '../../db/document/contents';
import { documentById, type DocumentRow } from '../../db/document/queries';
import { addDocument } from '../../db/document/repository';
import { newId } from '../../db/new-id';
import { resourceShape } from '../http/answers';
import { invalid } from '../http/parse';
import type { RawBody } from '../http/raw-body';
import { commandRequest, rawRoute, route, type AnyRoute } from '../http/route';
import { iso } from '../http/times';
import { visibleDocument } from './visible';

const documentSchema = z.strictObject({
  ...resourceShape,
  /** Of the bytes as they were sent, in hex. */
  sha256: z.string(),
  bytes: z.int(),
});

function renderDocument({ id, sha256, bytes, createdAt }: DocumentRow) {
  const at = iso(createdAt);
  return { id, sha256, bytes, state: 'stored', createdAt: at, updatedAt: at, actions: [] };
}

/** What the sender says must be what the bytes are. */
function typeOf(body: RawBody) {
  if (body.bytes.length === 0) throw invalid([{ path: '', code: 'EMPTY', message: 'no document was sent' }]);
  const type = documentTypeOf(body.contentType, body.bytes.toString('latin1'));
  // rule: documents-are-what-they-say
  if (type === undefined) throw new DomainError('UNSUPPORTED_TYPE', { accepted: documentTypes.join(', ') });
  return type;
}

const upload = rawRoute({
  method: 'post',
  path: '/v1/documents',
  summary:
    'Upload a document (at most 2 MB), kept encrypted: pdf, png or jpeg; for a product also Word, PowerPoint, zip or rar',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  raw: { contentTypes: documentTypes, limitBytes: maxDocumentBytes },
  answers: { 201: documentSchema },
  handle: (call) => {
    const { services, principal, body, requestId } = call;
    const contentType = typeOf(body);
    const id = newId('document');
    const { bytes } = body;
    let stored = { name: '', keyId: '', sha256: '' };
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      // The file is there before its row: if we die in between, it is an orphan that nobody can open.
      prepare: async () => {
        stored = await storeDocument(services, { id, bytes });
      },
      work: async (trx) => {
        const document = { id, ownerAccountId: principal.accountId, contentType, bytes: bytes.length };
        await addDocument(trx, { ...document, ...stored });
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'document.add', subjectId: id, ...tenantOf(principal), by });
      },
      render: async (trx) => renderDocument(await present(trx, id)),
    });
  },
});

async function present(db: Queryable, id: string): Promise<DocumentRow> {
  const row = await documentById(db, id);
  if (row === undefined) throw new Error(`document ${id} is missing`);
  return row;
}

function tenantOf({ sellerId }: { readonly sellerId: string | null }) {
  return { enterpriseId: null, ...(sellerId === null ? {} : { sellerId }) };
}

/**
 * The bytes go to people alone: kept by no cache, and saved rather than shown, so that whatever hides in a file is never
 * a page of ours.
 */
const content = route({
  method: 'get',
  path: '/v1/documents/:id',
  summary: 'The bytes of a document, for its owner and the reviewers of its case; every view is recorded',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  query: z.strictObject({}),
  find: ({ services, principal, params }) => visibleDocument(services, principal, params['id'] ?? ''),
  answers: { 200: null },
  produces: documentTypes,
  handle: async ({ services, principal, requestId, target }) => {
    const bytes = await documentBytes(services, target);
    // rule: views-are-recorded-first
    await services.db.transaction((trx) => {
      const by = { actor: principal.accountId, requestId };
      return recordAudit(trx, { action: 'document.view', subjectId: target.id, ...tenantOf(target), by });
    });
    return {
      status: 200,
      raw: { contentType: target.contentType, content: Buffer.from(bytes) },
      headers: {
        'Cache-Control': 'no-store',
        // rule: documents-are-saved-not-shown
        'Content-Disposition': `attachment; filename="${target.id}.${documentEnding(target.contentType)}"`,
        'Content-Security-Policy': "default-src 'none'; sandbox",
      },
    };
  },
});

export const documentRoutes: readonly AnyRoute[] = [upload, content];
