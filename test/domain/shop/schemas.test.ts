import { missingFields, shopBodySchema, shopDraftSchema } from '../../../domain/shop/schemas';
import { checkShop } from '../../../domain/shop/checks';
import { pathOf, publishedWithRest, shopActions, type Submitted } from '../../../domain/shop/submission';
import { shopForm, shopService } from '../../support/shops';

const images = { bannerImageId: 'img_banner', logoImageId: 'img_logo' };
const form = (changed: Record<string, unknown> = {}) => shopForm({ images }, changed);
const whole = shopBodySchema.parse(form());

const faultsOf = (body: unknown) => {
  const parsed = shopDraftSchema.safeParse(body);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('/'));
};
const long = (length: number) => '长'.repeat(length);

describe('the form of a shop', () => {
  it('is saved however little of it is there', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ service: { qq: '10001' } })).toEqual([]);
    expect(faultsOf(form())).toEqual([]);
  });

  it('takes numbers as people type them', () => {
    expect(
      shopDraftSchema.parse({ service: shopService({ qq: '１００１２３', phone: '+86 138 0013 8000' }) }).service,
    ).toEqual(shopService({ qq: '100123', phone: '13800138000' }));
  });

  it.each([
    [{ name: long(40), headline: long(12), slogan: long(20) }, []],
    [{ name: long(41) }, ['name']],
    [{ name: ' ' }, ['name']],
    [{ name: '\u200b\u00ad\ufeff\u0301' }, ['name']],
    [{ name: '云\u202eg' }, ['name']],
    [{ name: '云\u0007' }, ['name']],
    [{ introduction: '一\t二\r\n三' }, []],
    [{ name: '云 👩‍💻 é' }, []],
    [{ headline: long(13) }, ['headline']],
    [{ slogan: long(21) }, ['slogan']],
    [{ businessScope: long(201) }, ['businessScope']],
    [{ introduction: long(2_001) }, ['introduction']],
    [{ service: { qq: '0123456' } }, ['service/qq']],
    [{ service: { qq: '1234' } }, ['service/qq']],
    [{ service: { email: 'service@' } }, ['service/email']],
    [{ service: { phone: '12345' } }, ['service/phone']],
    [{ service: { onlineHours: '09:00 - 18:00' } }, ['service/onlineHours']],
    [{ service: { onlineHours: '09:00:00 - 24:00:00' } }, ['service/onlineHours']],
    [{ service: { phoneHours: '09:00:00 - 17:00:00' } }, []],
    [{ service: { phoneHours: '09:00:01 - 17:00:00' } }, ['service/phoneHours']],
    [{ service: { phoneHours: '18:00:00 - 09:00:00' } }, ['service/phoneHours']],
    [{ hotProductIds: ['a', 'b', 'c', 'd', 'e', 'f'] }, []],
    [{ hotProductIds: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }, ['hotProductIds']],
    [{ hotProductIds: ['a', 'a'] }, ['hotProductIds']],
    [{ motto: '-' }, ['']],
  ])('%j has faults at %j', (body, at) => {
    expect(faultsOf(body)).toEqual(at);
  });

  it('is handed in whole, but for the slogan and the hot products', () => {
    const { slogan: _, hotProductIds: __, ...needed } = form();
    expect(missingFields(shopDraftSchema.parse(needed))).toEqual([]);
    expect(missingFields({ service: { qq: '10001' } })).toEqual([
      ...['/bannerImageId', '/logoImageId', '/name', '/headline', '/businessScope', '/introduction'],
      ...['/service/email', '/service/phone', '/service/onlineHours', '/service/phoneHours'],
    ]);
  });
});

describe('what becomes of a shop that is handed in', () => {
  const shop = (changed: Partial<Submitted> = {}): Submitted => ({
    ...{ draft: whole, draftVersion: 3, rejectedVersion: null, published: whole, takenDown: false },
    ...changed,
  });
  const draft = (changed: Record<string, unknown>) => ({ draft: shopDraftSchema.parse(form(changed)) });

  it.each<[string, Submitted, ReturnType<typeof pathOf>]>([
    ['nothing was published', shop({ published: null }), 'review'],
    ['nothing differs', shop(), 'unchanged'],
    ['nothing differs, but it was taken down', shop({ takenDown: true }), 'review'],
    ['the name differs', shop(draft({ name: '另一家店' })), 'review'],
    ['the banner differs', shop(draft({ bannerImageId: 'img_other' })), 'review'],
    ['the slogan is gone', shop(draft({ slogan: undefined })), 'review'],
    ['the phone differs', shop(draft({ service: shopService({ phone: '95001' }) })), 'publish'],
    ['the hot products differ', shop(draft({ hotProductIds: ['prd_1'] })), 'publish'],
    [
      'their order differs',
      { ...shop(draft({ hotProductIds: ['b', 'a'] })), published: { ...whole, hotProductIds: ['a', 'b'] } },
      'publish',
    ],
    [
      'the phone differs, and it was taken down',
      shop({ ...draft({ service: shopService({ qq: '99999' }) }), takenDown: true }),
      'review',
    ],
    ['it was rejected and not changed since', shop({ published: null, rejectedVersion: 3 }), 'unchanged'],
    ['its introduction was rejected', shop({ ...draft({ name: '另一家店' }), rejectedVersion: 3 }), 'unchanged'],
    [
      'its introduction was rejected, and the phone differs',
      shop({ ...draft({ name: '另一家店', service: shopService({ phone: '95001' }) }), rejectedVersion: 3 }),
      'publish',
    ],
    ['it was taken down and rejected', shop({ takenDown: true, rejectedVersion: 3 }), 'unchanged'],
    ['it was rejected and changed since', shop({ published: null, rejectedVersion: 2 }), 'review'],
  ])('where %s', (_, submitted, path) => {
    expect(pathOf(submitted)).toBe(path);
    const actions = shopActions({ ...submitted, draftState: 'editing' });
    expect(actions.filter((act) => act !== 'reset')).toEqual(path === 'unchanged' ? ['edit'] : ['edit', 'submit']);
  });

  it.each<[string, Submitted, boolean]>([
    ['nothing was published', shop({ published: null }), false],
    ['nothing differs', shop(), false],
    ['the name differs', shop(draft({ name: '另一家店' })), true],
    ['the phone differs', shop(draft({ service: shopService({ phone: '95001' }) })), true],
  ])('may begin again from what is published or not: %s', (_, submitted, may) => {
    expect(shopActions({ ...submitted, draftState: 'changes_requested' }).includes('reset')).toBe(may);
    expect(shopActions({ ...submitted, draftState: 'in_review' })).toEqual(['withdraw']);
  });

  it('without a reviewer leaves the introduction as it was approved', () => {
    const changed = shopBodySchema.parse(
      form({ name: '改名', service: shopService({ qq: '77777' }), hotProductIds: ['p'] }),
    );
    expect(publishedWithRest(whole, changed)).toEqual({ ...changed, name: whole.name });
  });
});

it('what buyers read of a shop is held against the reviewers’ rules', () => {
  expect(checkShop(whole)).toEqual([]);
  const found = checkShop({ ...whole, slogan: '全网最低价', introduction: '详见 www.example.com' });
  expect(found.map(({ path, code }) => [path, code])).toEqual([
    ['/slogan', 'FORBIDDEN_WORDS'],
    ['/introduction', 'EXTERNAL_LINK'],
  ]);
});
