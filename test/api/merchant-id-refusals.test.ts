import { requireConfigured } from '../../api/merchant/form';
import { startEmulator, type Emulator } from '../support/emulator';
import type { Body } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import {
  merchantForm,
  merchantIdIs,
  merchantIdOf,
  merchantPath,
  sellerWithFee,
  type MerchantSeller,
} from '../support/merchants';
import { documentOf } from '../support/sellers';

let mallflow: Installation;
let outside: Emulator;
beforeAll(async () => {
  outside = await startEmulator();
  mallflow = await startInstallation({ emulator: outside });
});
afterAll(async () => {
  await mallflow.stop();
  await outside.stop();
});

const both = ['wechat_pay', 'tenpay'] as const;
const apply = (seller: MerchantSeller, more: object = {}) =>
  seller.client.post(merchantPath(seller), { channels: both, form: merchantForm(seller), ...more });
const post = (seller: MerchantSeller, path: string, body: unknown) =>
  seller.client.post(`${merchantPath(seller)}/${path}`, body);

describe('what is refused', () => {
  let seller: MerchantSeller;
  beforeAll(async () => {
    seller = await sellerWithFee(mallflow, 'merchant-refused');
  });

  it.each(['none', 'over'] as const)('before the fee is paid, or once it is over: %s', async (fee) => {
    const unpaid = await sellerWithFee(mallflow, `merchant-fee-${fee}`, fee);
    const allowed = fee === 'none' ? [] : ['certification-fee/pay'];
    expect((await apply(unpaid)).body).toMatchObject({ status: 409, code: 'FEE_NOT_PAID', allowed });
    expect((await unpaid.client.get(merchantPath(unpaid))).body).toEqual({ items: [] });
  });

  const long = '名'.repeat(72);
  it.each([
    ['/channels', 400, { channels: [] }],
    ['/channels', 400, { channels: ['tenpay', 'tenpay'] }],
    ['/form/shortName', 400, { shortName: '云'.repeat(22) }],
    ['/form/servicePhone', 400, { servicePhone: '12345' }],
    [
      '/form/legalRepresentative/idNumber',
      400,
      { legalRepresentative: { name: '张三', idNumber: '110105194912310021' } },
    ],
    ['/form/administrator/mobile', 400, { administrator: { mobile: '075526000000' } }],
    ['/form/administrator/email', 400, { administrator: { email: 'nobody' } }],
    ['/form/legalRepresentative/name', 422, { legalRepresentative: { name: long } }],
    ['/form/legalRepresentative/name', 422, { legalRepresentative: { name: ' ' } }],
    ['/form/administrator/name', 422, { administrator: { name: long } }],
    ['/form/licenceDocumentId', 422, { licenceDocumentId: 'doc_00000000000000000000000000' }],
  ])('%s %i %j', async (path, status, change: Record<string, unknown>) => {
    const { channels = both, ...fields } = change;
    const whole = merchantForm(seller) as Record<string, unknown>;
    const form = { ...whole };
    for (const [name, value] of Object.entries(fields))
      form[name] = typeof value === 'object' ? { ...(whole[name] as object), ...value } : value;
    const reply = await seller.client.post(merchantPath(seller), { channels, form });
    expect([reply.status, reply.body.errors.map((fault: Body) => fault.path as string)]).toEqual([status, [path]]);
  });

  it('a licence of another account, one that nobody can look at, or too large a one', async () => {
    const other = await sellerWithFee(mallflow, 'merchant-other');
    const { licenceDocumentId } = other;
    const form = merchantForm(seller, { licenceDocumentId });
    expect((await apply(seller, { form })).body).toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
    const archive = Buffer.from('PK\u0003\u0004licence.png', 'latin1');
    const packed = await seller.client.upload('/v1/documents', archive, 'application/zip');
    const unseen = merchantForm(seller, { licenceDocumentId: packed.body.id as string });
    expect((await apply(seller, { form: unseen })).body).toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
    const large = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(410_000, 0x20)]);
    const heavy = merchantForm(seller, { licenceDocumentId: await documentOf(seller.client, large) });
    expect((await apply(seller, { form: heavy })).body).toMatchObject({ status: 422, code: 'LICENCE_TOO_LARGE' });
    expect((await seller.client.get(merchantPath(seller))).body).toEqual({ items: [] });
  });

  it('a channel that is not configured here', () => {
    const services = { ...mallflow.services, merchantChannels: ['tenpay'] as const };
    expect(() => requireConfigured(services, ['tenpay'], '/channels')).not.toThrow();
    expect(() => requireConfigured(services, ['wechat_pay'], '/channels')).toThrow('CHANNEL_NOT_AVAILABLE');
  });

  it('commands upon what is not there, or stands elsewhere', async () => {
    expect((await post(seller, 'tenpay/verify-account', { amountFen: 1 })).status).toBe(404);
    await apply(seller, { channels: ['tenpay'] });
    await merchantIdIs(seller, 'tenpay', 'in_review');
    for (const path of ['tenpay/verify-account', 'tenpay/resubmit']) {
      const body = path.endsWith('account') ? { amountFen: 1 } : { form: merchantForm(seller) };
      expect((await post(seller, path, body)).body).toMatchObject({ status: 409, code: 'WRONG_STATE', allowed: [] });
    }
    expect((await post(seller, 'alipay/resubmit', {})).status).toBe(404);
  });

  it('answers show what is personal masked', async () => {
    const { personal } = seller;
    const item = await merchantIdOf(seller, 'tenpay');
    const { idNumber, mobile } = personal;
    expect(item.form).toMatchObject({
      legalRepresentative: { name: '法**', idNumber: `****${idNumber.slice(-4)}` },
      administrator: { mobile: `****${mobile.slice(-4)}`, email: 'a***@example.com' },
    });
    const text = JSON.stringify(item);
    for (const secret of [personal.legalName, idNumber, mobile, personal.email]) expect(text).not.toContain(secret);
  });
});
