import { newAccount } from '../support/accounts';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { centreRows, createManual, pictureRow, waitingReview, type ProductSeller } from '../support/products';

let mallflow: Installation;
let operator: HttpClient;
/** An operator who sells, too. */
let seller: ProductSeller;
beforeAll(async () => {
  mallflow = await startInstallation();
  operator = await mallflow.as('operator@demo');
  const client = await newAccount(mallflow, { login: 'operator-who-sells', roles: ['operator'] });
  const { body } = await client.get('/v1/me');
  const rows = await centreRows(mallflow.database, body.id as string);
  seller = { ...rows, client, pictureId: await pictureRow(mallflow.database, rows) };
});
afterAll(() => mallflow.stop());

const told = ({ status, body }: Reply): unknown[] => [status, body.code];
const own = [403, 'OWN_SUBMISSION'];

it('nobody trusts what their own company submits; that others do, they may end', async () => {
  const trust = (by: HttpClient, kinds: readonly string[]) =>
    by.call('PUT', `/v1/sellers/${seller.sellerId}/trust`, { kinds, reason: '长期合规的服务商' });
  expect(told(await trust(seller.client, ['product']))).toEqual(own);
  expect((await trust(operator, ['product'])).body.kinds).toHaveLength(1);
  expect(told(await trust(seller.client, ['product', 'shop']))).toEqual(own);
  expect((await trust(seller.client, [])).body).toMatchObject({ kinds: [] });
});

it('nobody steers the cases of their own company, neither alone nor as one of two; their runs they may look after', async () => {
  const { id } = await createManual(seller);
  await seller.client.post(`/v1/products/${id as string}/submit`);
  const review: Body = await waitingReview(await mallflow.as('reviewer@demo'), seller.sellerId);
  const path = `/v1/processes/${review.processId as string}/commands`;
  const command = (by: HttpClient, body: object) => by.post(path, { ...body, reason: '客户来电，已核实' });
  const until = new Date(Date.parse(review.dueAt as string) + 86_400_000).toISOString();
  const forced = { command: 'force_decision', outcome: 'approve', verdicts: [] };
  for (const body of [{ command: 'cancel' }, { command: 'extend_deadline', until }, forced]) {
    expect(told(await command(seller.client, body))).toEqual(own);
    expect(told(await command(seller.client, { ...body, preview: true }))).toEqual(own);
  }
  for (const name of ['resend', 'resume', 'retry_now'])
    expect((await command(seller.client, { command: name })).status).toBe(200);
  const asked = await command(operator, forced);
  expect(asked.status).toBe(202);
  const confirm = `/v1/approvals/${asked.body.approvalId as string}/confirm`;
  expect(told(await seller.client.post(confirm))).toEqual(own);
  expect((await (await mallflow.as('operator2@demo')).post(confirm)).status).toBe(200);
});

it('of two operators the second is none of the company: others ask as if its own were not there', async () => {
  // Of all operators the first.
  const { body } = await operator.get('/v1/me');
  const rows = await centreRows(mallflow.database, body.id as string);
  const theirs = { ...rows, client: operator, pictureId: await pictureRow(mallflow.database, rows) };
  const { id } = await createManual(theirs);
  await operator.post(`/v1/products/${id as string}/submit`);
  const review: Body = await waitingReview(await mallflow.as('reviewer@demo'), rows.sellerId);
  const path = `/v1/processes/${review.processId as string}/commands`;
  const forced = { command: 'force_decision', outcome: 'approve', verdicts: [], reason: '客户来电，已核实' };
  const second = await mallflow.as('operator2@demo');
  expect((await second.post(path, { ...forced, preview: true })).status).toBe(200);
  const asked = await second.post(path, forced);
  expect(asked.status).toBe(202);
  const confirm = `/v1/approvals/${asked.body.approvalId as string}/confirm`;
  expect(told(await operator.post(confirm))).toEqual(own);
  expect((await seller.client.post(confirm)).status).toBe(200);
});
