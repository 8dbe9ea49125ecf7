import sharp from 'sharp';
import { newAccount } from '../support/accounts';
import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

let mallflow: Installation;
let owner: HttpClient;
beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
  owner = await newAccount(mallflow, { login: 'owner@test', roles: [] });
});
afterAll(() => mallflow.stop());

const raw = (id: string) =>
  fetch(`${mallflow.url}/v1/documents/${id}`, { headers: { authorization: `Bearer ${owner.token}` } });

describe('a document', () => {
  it.each([
    [
      'image/png',
      () =>
        sharp({ create: { width: 2, height: 2, channels: 3, background: '#fff' } })
          .png()
          .toBuffer(),
    ],
    [
      'image/jpeg',
      () =>
        sharp({ create: { width: 2, height: 2, channels: 3, background: '#fff' } })
          .jpeg()
          .toBuffer(),
    ],
  ])('may be of type %s, and is not drawn anew', async (type, make) => {
    const bytes = await make();
    const reply = await owner.upload('/v1/documents', bytes, type);
    expect(reply.status).toBe(201);
    const answer = await raw(reply.body.id as string);
    expect([answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())]).toEqual([type, bytes]);
  });

  const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  const slides = 'application/vnd.openxmlformats-officedocument.presentationml.presentation';
  const compound = (stream: string) =>
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from(stream, 'utf16le')]);
  const archive = (name: string) => Buffer.from(`PK\u0003\u0004${name}`, 'latin1');

  it.each([
    ['doc', 'application/msword', compound('WordDocument'), compound('Workbook')],
    ['docx', word, archive('word/document.xml'), archive('ppt/presentation.xml')],
    ['ppt', 'application/vnd.ms-powerpoint', compound('PowerPoint Document'), compound('WordDocument')],
    ['pptx', slides, archive('ppt/presentation.xml'), archive('xl/workbook.xml')],
    ['zip', 'application/zip', archive('manual.txt'), Buffer.from('PK\u0005\u0006', 'latin1')],
    ['rar', 'application/vnd.rar', Buffer.from('526172211a070100', 'hex'), archive('manual.txt')],
  ])('for a product may be a %s, and nothing else is taken for one', async (ending, type, bytes, other) => {
    const { status, body } = await owner.upload('/v1/documents', bytes, type);
    expect(status).toBe(201);
    const { headers } = await raw(body.id as string);
    const { id } = body;
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      type,
      `attachment; filename="${id as string}.${ending}"`,
    ]);
    const refused = await owner.upload('/v1/documents', other, type);
    expect([refused.status, refused.body.code]).toEqual([415, 'UNSUPPORTED_TYPE']);
  });
});
