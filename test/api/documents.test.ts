import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { documentsOfAccount } from '../../db/document/queries';
import { firstRow, rows } from '../../db/connection';
import { newId } from '../../db/new-id';
import { newAccount } from '../support/accounts';
import type { HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { documentOf, pdfBytes, sellerRows } from '../support/sellers';

const pdf = 'application/pdf';
const secret = '统一社会信用代码 91350100M000100Y43';

let mallflow: Installation;
let owner: HttpClient;
let reviewer: HttpClient;
let sellerId: string;
let otherSellerId: string;
/** What the submissions of this test name: nobody hands in any here. */
const named = new Map<string, { readonly documentId: string; readonly company: string }>();

beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
  Object.assign(mallflow.services, {
    reviewSubjects: {
      enterprise_verification: {
        itemsOf: (_: unknown, id: string) =>
          Promise.resolve([
            { item: '/licenceDocumentId', label: { zh: '', en: '' }, value: named.get(id)?.documentId },
          ]),
        ownCompany: (_: unknown, id: string, accountId: string) =>
          Promise.resolve(named.get(id)?.company === accountId),
      },
    },
  });
  owner = await newAccount(mallflow, { login: 'owner@test', roles: [] });
  reviewer = await mallflow.as('reviewer@demo');
  sellerId = await sellerRows(mallflow, owner);
  otherSellerId = await sellerRows(mallflow, await newAccount(mallflow, { login: 'other-owner@test', roles: [] }));
});
afterAll(() => mallflow.stop());

const folder = () => mallflow.config.MALLFLOW_DOCUMENT_DIR;
const files = () => {
  try {
    return readdirSync(folder());
  } catch {
    return [];
  }
};
const ofRow = 'select name, key_id from documents where id = :id';
const documentRow = (id: string) => firstRow<{ name: string; key_id: string }>(mallflow.database.db, ofRow, { id });
const stored = async (id: string) => join(folder(), (await documentRow(id))!.name);
const raw = (id: string, client: HttpClient, method = 'GET') =>
  fetch(`${mallflow.url}/v1/documents/${id}`, { method, headers: { authorization: `Bearer ${client.token}` } });
const views = async (id: string) => {
  const operator = await mallflow.as('operator@demo');
  const { body } = await operator.get(`/v1/audit?subjectId=${id}`);
  return (body.items as { action: string; actor: string }[]).filter(({ action }) => action === 'document.view');
};
const code = ({ status, body }: Reply) => [status, body.code];

interface Standing {
  readonly state?: string;
  readonly assignee?: string;
  /** Who decided, where it was not the assignee. */
  readonly decider?: string;
  readonly company?: string;
  readonly names?: string;
  readonly elsewhere?: boolean;
}

/** The rows of a review of the owner's submission that names this document. */
async function reviewOver(documentId: string, standing: Standing = {}): Promise<void> {
  const accountOf = async (login: string | undefined) =>
    login === undefined ? null : ((await (await mallflow.as(login)).get('/v1/me')).body.id as string);
  const [id, submissionId] = [newId('review'), newId('verification')];
  const { state = 'waiting', names = documentId } = standing;
  const assignee = await accountOf(standing.assignee);
  const decider = await accountOf(standing.decider ?? standing.assignee);
  named.set(submissionId, { documentId: names, company: (await accountOf(standing.company)) ?? '' });
  const decisionId = state === 'decided' ? `${id}-decision` : null;
  const { owner: db } = mallflow.database;
  await rows(
    db,
    `insert into reviews (id, kind, submission_id, seller_id, case_workflow_id, state, assignee, remind_at, due_at)
     values (:id, 'enterprise_verification', :submissionId, :sellerId, 'case', :open, :assignee, now(), now())`,
    {
      ...{ id, submissionId, assignee, open: decisionId === null ? state : 'claimed' },
      sellerId: standing.elsewhere === true ? otherSellerId : sellerId,
    },
  );
  if (decisionId === null) return;
  await rows(
    db,
    `insert into review_decisions (id, review_id, account_id, outcome) values (:decisionId, :id, :decider, 'approve')`,
    { decisionId, id, decider },
  );
  await rows(db, `update reviews set state = 'decided', decided_at = now(), decision_id = :decisionId where id = :id`, {
    decisionId,
    id,
  });
}

describe('a document', () => {
  it('is stored encrypted, for our own eyes, and comes back as it was sent', async () => {
    const bytes = Buffer.concat([pdfBytes, Buffer.from(secret)]);
    const reply = await owner.upload('/v1/documents', bytes, pdf);
    expect([reply.status, reply.body]).toEqual([
      201,
      {
        ...{ id: expect.stringMatching(/^doc_/), sha256: createHash('sha256').update(bytes).digest('hex') },
        ...{ bytes: bytes.length, state: 'stored', actions: [] },
        ...{ createdAt: expect.any(String), updatedAt: reply.body.createdAt },
      },
    ]);
    const id = reply.body.id as string;
    const file = await stored(id);
    expect(readFileSync(file).includes(Buffer.from(secret))).toBe(false);
    expect(readFileSync(file).includes('%PDF')).toBe(false);
    expect([statSync(file).mode & 0o777, statSync(folder()).mode & 0o777]).toEqual([0o600, 0o700]);

    const answer = await raw(id, owner);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...{ 'content-type': pdf, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
      ...{ 'content-disposition': `attachment; filename="${id}.pdf"`, 'content-length': String(bytes.length) },
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it('of 2 MB exactly is taken', async () => {
    const bytes = Buffer.concat([pdfBytes, Buffer.alloc(2_097_152 - pdfBytes.length)]);
    expect((await owner.upload('/v1/documents', bytes, pdf)).body.bytes).toBe(2_097_152);
  });

  it.each([
    [
      'of 2 MB and a byte',
      () => Buffer.concat([pdfBytes, Buffer.alloc(2_097_153 - pdfBytes.length)]),
      pdf,
      413,
      'TOO_LARGE',
    ],
    ['when empty', () => Buffer.alloc(0), pdf, 400, 'VALIDATION_FAILED'],
    ['of a type we do not take', () => pdfBytes, 'text/html', 415, 'UNSUPPORTED_TYPE'],
    ['that is a page called pdf', () => Buffer.from('<html>%PDF-1.7'), pdf, 415, 'UNSUPPORTED_TYPE'],
    [
      'that is a pdf behind something else',
      () => Buffer.concat([Buffer.from('\n'), pdfBytes]),
      pdf,
      415,
      'UNSUPPORTED_TYPE',
    ],
    ['that is a pdf called png', () => pdfBytes, 'image/png', 415, 'UNSUPPORTED_TYPE'],
    ['that is cut within its signature', () => Buffer.from('%PD'), pdf, 415, 'UNSUPPORTED_TYPE'],
    ['that is an archive', () => Buffer.from('PK\u0003\u0004'), pdf, 415, 'UNSUPPORTED_TYPE'],
  ])('is refused %s, and nothing is kept', async (_, bytes, type, status, expected) => {
    const before = files().length;
    expect(code(await owner.upload('/v1/documents', bytes(), type))).toEqual([status, expected]);
    expect(files()).toHaveLength(before);
  });

  it('that is two things at once is given out as the one it was taken for, and never shown', async () => {
    const id = await documentOf(owner, Buffer.concat([pdfBytes, Buffer.from('<script>alert(1)</script>')]));
    const { headers } = await raw(id, owner);
    expect([headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([pdf, 'nosniff']);
    expect(headers.get('content-disposition')).toMatch(/^attachment;/);
  });

  it('sent twice under one key is one document; other bytes are refused', async () => {
    const send = (bytes: Buffer) => owner.upload('/v1/documents', bytes, pdf, { key: 'one-document' });
    const first = await send(pdfBytes);
    const again = await send(pdfBytes);
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true']);
    expect(code(await send(Buffer.concat([pdfBytes, pdfBytes])))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });
});

const byOperators = { state: 'decided', decider: 'operator@demo' } as const;

describe('a document is seen', () => {
  it('by nobody but its owner and the reviewers it is shown to; each view is recorded', async () => {
    const id = await documentOf(owner);
    const { id: ownerId } = (await owner.get('/v1/me')).body;
    const { id: reviewerId } = (await reviewer.get('/v1/me')).body;
    for (const login of ['reviewer@demo', 'operator@demo', 'manager@demo', 'member@demo'])
      expect([login, ...code(await (await mallflow.as(login)).get(`/v1/documents/${id}`))]).toEqual([
        ...[login, 404, 'NOT_FOUND'],
      ]);
    expect(code(await mallflow.anonymous.get(`/v1/documents/${id}`))).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect(await views(id)).toEqual([]);
    expect((await raw(id, owner)).status).toBe(200);
    await reviewOver(id);
    expect((await raw(id, reviewer)).status).toBe(200);
    expect(code(await (await mallflow.as('operator@demo')).get(`/v1/documents/${id}`))).toEqual([404, 'NOT_FOUND']);
    expect((await raw(id, owner, 'HEAD')).status).toBe(200);
    expect((await views(id)).map(({ actor }) => actor).reverse()).toEqual([ownerId, reviewerId, ownerId]);
  });

  it.each([
    ['while it waits', {}, true],
    ['while another has claimed it', { state: 'claimed', assignee: 'reviewer2@demo' }, true],
    ['after they decided it', { state: 'decided', assignee: 'reviewer@demo' }, true],
    ['after another decided it', { state: 'decided', assignee: 'reviewer2@demo' }, false],
    ['after operators decided it instead', { ...byOperators, assignee: 'reviewer@demo' }, false],
    ['after it was withdrawn', { state: 'withdrawn' }, false],
    ['when it is of their own company', { company: 'reviewer@demo' }, false],
    ['when it names another document', { names: 'doc_other' }, false],
    ['when it is another seller’s', { elsewhere: true }, false],
  ])('by a reviewer of its case or not: %s', async (_, standing, seen) => {
    const id = await documentOf(owner);
    await reviewOver(id, standing);
    expect((await raw(id, reviewer)).status).toBe(seen ? 200 : 404);
  });

  it('by a reviewer of its case, however many products of the seller wait since', async () => {
    const id = await documentOf(owner);
    await reviewOver(id);
    await rows(
      mallflow.database.owner,
      `insert into reviews (id, kind, submission_id, seller_id, case_workflow_id, state, remind_at, due_at)
       select 'rev_7' || n, 'product', 'sbm_7' || n, :sellerId, 'case', 'waiting', now(), now()
         from generate_series(1, 60) as n`,
      { sellerId },
    );
    expect((await raw(id, reviewer)).status).toBe(200);
    await rows(mallflow.database.owner, `delete from reviews where submission_id like 'sbm_7%'`);
  });

  it('only when the view could be recorded', async () => {
    const id = await documentOf(owner);
    await rows(mallflow.database.owner, 'revoke insert on audit_log from mallflow_app');
    try {
      expect(code(await owner.get(`/v1/documents/${id}`))).toEqual([500, 'INTERNAL']);
    } finally {
      await rows(mallflow.database.owner, 'grant insert on audit_log to mallflow_app');
    }
    expect((await raw(id, owner)).status).toBe(200);
  });

  it.each([
    ['a bit of it was changed', (bytes: Buffer) => ((bytes[40]! ^= 1), bytes)],
    ['it was cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ['it is another document’s file', null],
    ['its file is gone', undefined],
  ])('not at all when %s', async (_, tamper) => {
    const id = await documentOf(owner);
    const file = await stored(id);
    if (tamper === undefined) rmSync(file);
    else if (tamper === null) writeFileSync(file, readFileSync(await stored(await documentOf(owner))));
    else writeFileSync(file, tamper(readFileSync(file)));
    const reply = await owner.get(`/v1/documents/${id}`);
    expect([...code(reply), reply.headers.get('content-disposition')]).toEqual([500, 'INTERNAL', null]);
    expect(await views(id)).toEqual([]);
  });

  it('and handed in by its owner alone', async () => {
    const stranger = await newAccount(mallflow, { login: 'stranger@test', roles: [] });
    const mine = await documentOf(owner);
    const found = async (client: HttpClient) => {
      const { id } = (await client.get('/v1/me')).body;
      return (await documentsOfAccount(mallflow.database.db, id as string, [mine, 'doc_none'])).map((row) => row.id);
    };
    expect([await found(owner), await found(stranger)]).toEqual([[mine], []]);
  });

  it('as it was: the product may change neither its row nor forget it', async () => {
    for (const statement of [`update documents set sha256 = repeat('0', 64)`, 'delete from documents'])
      await expect(rows(mallflow.database.db, statement)).rejects.toMatchObject({ code: '42501' });
  });
});
