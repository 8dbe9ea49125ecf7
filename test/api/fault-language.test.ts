import type { Fault } from '../../domain/shared/errors';
import { startInstallation, type Installation } from '../support/installation';
import { shopForm, shopSeller, type ShopSeller } from '../support/shops';

let mallflow: Installation;
let seller: ShopSeller;

beforeAll(async () => {
  mallflow = await startInstallation({ worker: false });
  seller = await shopSeller(mallflow, 'languages@test');
});
afterAll(() => mallflow.stop());

const products = () => `/v1/sellers/${seller.sellerId}/products`;

interface Refused {
  readonly status: number;
  readonly errors: readonly Fault[];
}

async function refused(language: string | null, method: string, path: string, body: unknown): Promise<Refused> {
  const headers: Record<string, string> = language === null ? {} : { 'accept-language': language };
  const reply = await seller.client.call(method, path, body, { headers });
  return { status: reply.status, errors: reply.body.errors as Fault[] };
}

const wordsOf = ({ errors }: Refused) => Object.fromEntries(errors.map(({ path, message }) => [path, message]));

/** The same refusal, first in English, then in Chinese. */
async function both(method: string, path: string, body: unknown) {
  const english = await refused(null, method, path, body);
  const chinese = await refused('zh-CN', method, path, body);
  const codes = ({ status, errors }: Refused) => [status, errors.map(({ path, code }) => ({ path, code }))];
  expect(codes(chinese)).toEqual(codes(english));
  expect(await refused('en', method, path, body)).toEqual(english);
  for (const { message } of chinese.errors) expect(message).not.toMatch(/[a-z]{2,} [a-z]{2,}/i);
  return { status: english.status, english: wordsOf(english), chinese: wordsOf(chinese) };
}

describe('what is said about a field is in the language of the request', () => {
  it('whatever is wrong with the form', async () => {
    const service = { qq: 'x', email: 'x', onlineHours: '09:00:00 - 10:00:00' };
    const form = { name: 'x'.repeat(41), headline: 7, slogan: '', hotProductIds: 'none', service, foo: 1 };
    expect(await both('PUT', `${seller.path}/draft`, form)).toEqual({
      status: 400,
      english: {
        '/name': 'Too big: expected string to have <=40 characters',
        '/headline': 'Invalid input: expected string, received number',
        '/slogan': 'Too small: expected string to have >=1 characters',
        '/hotProductIds': 'Invalid input: expected array, received string',
        '/service/qq': 'a QQ number: 5 to 11 digits',
        '/service/email': 'Invalid email address',
        '/service/onlineHours': 'at least eight hours within one day',
        '/foo': 'no such field',
      },
      chinese: {
        '/name': '最多 40 个字符',
        '/headline': '应为字符串，收到的是数字',
        '/slogan': '至少 1 个字符',
        '/hotProductIds': '应为数组，收到的是字符串',
        '/service/qq': '应为 5 至 11 位的 QQ 号',
        '/service/email': '不是有效的电子邮件地址',
        '/service/onlineHours': '同一天内至少八小时',
        '/foo': '没有该字段',
      },
    });
  });

  it('of what is missing, and of one of several forms', async () => {
    const deliveryTypes = "'manual' | 'saas' | 'image' | 'api'";
    expect(await both('POST', products(), { deliveryType: 'manual', name: '运维' })).toEqual({
      status: 400,
      english: { '/categoryId': 'required' },
      chinese: { '/categoryId': '必填' },
    });
    expect(await both('POST', products(), { deliveryType: 'post' })).toEqual({
      status: 400,
      english: { '/deliveryType': `Invalid discriminator value. Expected ${deliveryTypes}` },
      chinese: { '/deliveryType': `只能是以下之一：${deliveryTypes}` },
    });
  });

  it('of what is not one of the choices', async () => {
    const specs = [{ name: '一年', price: { per: 'week', amountFen: 0 } }];
    const product = { deliveryType: 'manual', categoryId: 'cat_maintenance', name: '运维', specs };
    expect(await both('POST', products(), product)).toEqual({
      status: 400,
      english: {
        '/specs/0/price/per': 'Invalid option: expected one of "once"|"day"|"month"|"year"',
        '/specs/0/price/amountFen': 'Too small: expected number to be >=1',
      },
      chinese: {
        '/specs/0/price/per': '只能是以下之一："once"|"day"|"month"|"year"',
        '/specs/0/price/amountFen': '不能小于 1',
      },
    });
  });

  it('of a query', async () => {
    expect(await both('GET', '/v1/notices?limit=0&cursor=x', undefined)).toEqual({
      status: 400,
      english: { '/limit': 'a whole number from 1 to 200', '/cursor': 'not a cursor of this list' },
      chinese: { '/limit': '应为 1 至 200 的整数', '/cursor': '不是该列表的游标' },
    });
  });

  it('of what the rows refuse', async () => {
    const form = shopForm(seller, { ...{ bannerImageId: 'img_none' }, hotProductIds: ['prd_none'] });
    expect(await both('PUT', `${seller.path}/draft`, form)).toEqual({
      status: 422,
      english: { '/bannerImageId': 'no such image', '/hotProductIds/0': 'no such product' },
      chinese: { '/bannerImageId': '图片不存在', '/hotProductIds/0': '商品不存在' },
    });
    const turned = { bannerImageId: seller.images.logoImageId, logoImageId: seller.images.bannerImageId };
    expect(await both('PUT', `${seller.path}/draft`, shopForm(seller, turned))).toEqual({
      status: 422,
      english: {
        '/bannerImageId': '1920×300 pixels, image/png',
        '/logoImageId': '390×260 pixels, image/png or image/jpeg',
      },
      chinese: {
        '/bannerImageId': '应为 1920×300 像素，格式为 image/png',
        '/logoImageId': '应为 390×260 像素，格式为 image/png 或 image/jpeg',
      },
    });
  });
});
