import { z } from 'zod';
import { missingFields } from '../../domain/product/checks';
import { faultTexts } from '../../domain/shared/catalogue/faults';
import { zodFaultTexts } from '../../domain/shared/catalogue/zod-faults';
import { faultText } from '../../domain/shared/fault-text';
import { faultMessages } from '../support/fault-messages';

const chinese = (message: string) => faultText(message, 'zh-CN');
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
const englishWords = /\b[a-z]{2,} [a-z]{2,}\b/;

describe('what is said about a field', () => {
  const { found, unread } = faultMessages(['domain', 'db', 'api']);
  const ours = [...new Set(found.map(({ text }) => text))];

  it('is found in the sources, but where it is zod’s or comes with its Chinese', () => {
    expect(ours.length).toBeGreaterThan(100);
    expect(ours).toEqual(
      expect.arrayContaining(['required', 'a QQ number: 5 to 11 digits', 'more than 7 characters', 'no such item']),
    );
    expect(unread).toEqual([
      { file: 'db/product/repository.ts', text: 'en' },
      { file: 'api/http/parse.ts', text: "missing ? 'required' : issue.message" },
      { file: 'api/http/problem.ts', text: 'faultText(fault.message, language)' },
      { file: 'api/product/commands.ts', text: "language === 'en' ? en : zh" },
      { file: 'api/review/detail.ts', text: "language === 'en' ? en : zh" },
    ]);
  });

  it('has its Chinese: every message in the sources', () => {
    const english = ours.filter((text) => !/\p{Script=Han}/u.test(chinese(text)) || englishWords.test(chinese(text)));
    expect(english).toEqual([]);
  });

  it('is the Chinese of something: no entry is left of what nobody says', () => {
    const products = (['manual', 'saas', 'image'] as const).flatMap((deliveryType) =>
      missingFields({ ...named, specs: [] }, { deliveryType }).map(({ en }) => en),
    );
    // The types of an image are put together where it is said.
    const said = new Set([...ours, ...products, '7×7 pixels, 7 or 7'].map(chinese));
    const unsaid = faultTexts.filter(([, zh]) => !said.has(zh.replace(/\{\w+\}/g, '7')));
    expect(unsaid.map(([en]) => en)).toEqual([]);
  });

  it.each([...faultTexts, ...zodFaultTexts])('%s: the same facts in both languages', (en, zh) => {
    expect(places(en)).toEqual(expect.arrayContaining(places(zh)));
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(faultText(en, 'en')).toBe(en);
  });

  it('is told in one way only', () => {
    const texts = [...faultTexts, ...zodFaultTexts].map(([en]) => en);
    expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
  });

  it('stays English where there is no Chinese', () => {
    expect(chinese('something of tomorrow')).toBe('something of tomorrow');
  });

  it('keeps numbers, codes and values', () => {
    expect(chinese('there are 3 codes for 20 pieces')).toBe('20 件需要同样数量的码，现有 3 个');
    expect(chinese('1920×300 pixels, image/png')).toBe('应为 1920×300 像素，格式为 image/png');
    expect(chinese('390×260 pixels, image/png or image/jpeg')).toBe(
      '应为 390×260 像素，格式为 image/png 或 image/jpeg',
    );
    expect(chinese('not the award settings of array')).toBe('不是 array 的发奖配置');
  });
});

const named = { categoryId: 'cat_maintenance', name: '运维' };

it('what is missing of a product reads as its dry check does', () => {
  const missing = (['manual', 'saas', 'image', 'api'] as const).flatMap((deliveryType) =>
    missingFields({ ...named, specs: [{ name: '一年', onShelf: false, price }] }, { deliveryType }),
  );
  expect(new Set(missing.map(({ en }) => en)).size).toBe(4);
  for (const { en, zh } of missing) expect([en, chinese(en)]).toEqual([en, zh]);
});

const price = { per: 'once', amountFen: 1 } as const;

describe('what zod says', () => {
  it.each([
    [z.string(), 7, '应为字符串，收到的是数字'],
    [z.int(), 1.5, '应为整数，收到的是数字'],
    [z.boolean(), null, '应为布尔值，收到的是空值（null）'],
    [z.strictObject({}), [], '应为对象，收到的是数组'],
    [z.array(z.string()), 'x', '应为数组，收到的是字符串'],
    [z.record(z.string(), z.string()), 7, '应为对象，收到的是数字'],
    [z.literal('a'), 'b', '只能是 "a"'],
    [z.enum(['a', 'b']), 'c', '只能是以下之一："a"|"b"'],
    [z.union([z.strictObject({ a: z.int() }), z.int()]), 'x', '内容无效'],
    [z.string().max(40), 'x'.repeat(41), '最多 40 个字符'],
    [z.string().min(2), 'x', '至少 2 个字符'],
    [z.string().length(2), 'x', '应为 2 个字符'],
    [z.string().length(2), 'xxx', '应为 2 个字符'],
    [z.array(z.int()).max(1), [1, 2], '最多 1 项'],
    [z.array(z.int()).min(1), [], '至少 1 项'],
    [z.int().max(5), 6, '不能大于 5'],
    [z.int().min(5), 4, '不能小于 5'],
    [z.int().lt(5), 5, '必须小于 5'],
    [z.int().gt(5), 5, '必须大于 5'],
    [z.int(), 1e300, '不能大于 9007199254740991'],
    [z.int().multipleOf(5), 4, '必须是 5 的倍数'],
    [z.email(), 'x', '不是有效的电子邮件地址'],
    [z.url(), 'x', '不是有效的网址'],
    [z.iso.datetime(), 'x', '不是有效的 ISO 8601 时间（UTC）'],
    [z.iso.date(), 'x', '不是有效的 ISO 8601 日期'],
    [z.string().regex(/^a+$/), 'x', '格式必须符合 /^a+$/'],
    [z.string().startsWith('a'), 'x', '必须以 "a" 开头'],
    [z.string().endsWith('a'), 'x', '必须以 "a" 结尾'],
    [z.string().includes('a'), 'x', '必须包含 "a"'],
  ] as const)('of %# is told in Chinese', (schema, value, zh) => {
    const [issue] = schema.safeParse(value).error?.issues ?? [];
    expect(chinese(issue?.message ?? '')).toBe(zh);
  });

  it('of a form of none of the kinds', () => {
    const of = (kind: string) => z.strictObject({ kind: z.literal(kind) });
    const { error } = z.discriminatedUnion('kind', [of('a'), of('b')]).safeParse({ kind: 'c' });
    expect(chinese(error?.issues[0]?.message ?? '')).toBe("只能是以下之一：'a' | 'b'");
  });
});
