import { checkProduct, missingFields, type CheckFacts } from '../../domain/product/checks';
import { bodySchemas, createProductSchema, type ProductBody } from '../../domain/product/schemas';
import { manualBody } from '../support/products';

const picture = { id: 'img_1', width: 390, height: 260, contentType: 'image/png' };
const facts: CheckFacts = { deliveryType: 'manual', pictures: [picture], hasServicePhone: true };
const found = (body: Partial<ProductBody>, more: Partial<CheckFacts> = {}): string[] =>
  checkProduct(manualBody('img_1', body), { ...facts, ...more }).map(({ path, code }) => `${path} ${code}`);

describe('the reviewers’ rules', () => {
  it('find nothing in what is well', () => {
    expect(found({})).toEqual([]);
  });

  it.each<[Partial<ProductBody>, string[]]>([
    [{ name: '长'.repeat(30) }, []],
    [{ name: '长'.repeat(31) }, ['/name NAME_TOO_LONG']],
    [{ name: '最佳迁移服务' }, ['/name FORBIDDEN_WORDS']],
    [{ summary: '首年免费使用' }, ['/summary FORBIDDEN_WORDS']],
    [{ details: '全国第一品牌，诚招代理' }, ['/details FORBIDDEN_WORDS']],
    [{ details: '第一步：评估；第一次沟通' }, []],
    [{ tags: ['迁移', '加盟'] }, ['/tags/1 FORBIDDEN_WORDS']],
    [{ details: '见 evil.ai、bit.ly/abc 或 1.2.3.4:8080' }, ['/details EXTERNAL_LINK']],
    [{ details: '见 ｗｗｗ．example．ｃｏｍ' }, ['/details EXTERNAL_LINK']],
    [{ details: '基于 Node.js 与 1.2.3.4 版' }, []],
    [{ details: '销量全国第一 个性化服务' }, ['/details FORBIDDEN_WORDS']],
    [{ details: '销量全国第\u3000一，免費使用' }, ['/details FORBIDDEN_WORDS']],
    [{ details: '兼容阿\u200b里云' }, ['/details OTHER_CLOUD']],
    [{ details: '见 evil\u200b.com' }, ['/details EXTERNAL_LINK']],
    [{ details: '见 asp.net.evil.com' }, ['/details EXTERNAL_LINK']],
    [{ details: '见 _evil.com_' }, ['/details EXTERNAL_LINK']],
    [{ details: '见 evil。com' }, ['/details EXTERNAL_LINK']],
    [
      {
        details: '见 10.1.2.3:8080、192.168.0.0/16、203.0.113.0/24，版本 1.2.3.4：2024 年发布，联系 li.ai.min@corp.cn',
      },
      [],
    ],
    [{ agreementText: '账号：６２２２０２０２０００８８８８８８' }, ['/agreementText BANK_ACCOUNT_IN_AGREEMENT']],
    [{ agreementText: '转入 6222\u00a00202\u00a00008\u00a08888' }, ['/agreementText BANK_ACCOUNT_IN_AGREEMENT']],
    [{ details: '阿 里云、阿里雲皆可，最 佳选择' }, ['/details FORBIDDEN_WORDS', '/details OTHER_CLOUD']],
    [{ regions: ['广州', '阿里云'] }, ['/regions/1 OTHER_CLOUD']],
    [{ version: '国家级 1.0' }, ['/version FORBIDDEN_WORDS']],
    [{ industries: ['金融', '加盟'] }, ['/industries/1 FORBIDDEN_WORDS']],
    [
      { cases: [{ title: '顶级案例', text: '见 www.example.cn' }] },
      ['/cases/0/title FORBIDDEN_WORDS', '/cases/0/text EXTERNAL_LINK'],
    ],
    [{ details: '也可部署到阿里云或 AWS' }, ['/details OTHER_CLOUD']],
    [{ details: '支持 LAWS 与 rows' }, []],
    [{ details: '请访问 https://shop.example.com/buy' }, ['/details EXTERNAL_LINK']],
    [{ details: '请访问 www.example.cn' }, ['/details EXTERNAL_LINK']],
    [{ details: '官网 example.com，版本 1.2.3，联系 help@example.com，基于 ASP.NET' }, ['/details EXTERNAL_LINK']],
    [{ details: '版本 1.2.3，联系 help@example.com，基于 ASP.NET' }, []],
    [{ agreementText: '款项汇至 1109 0757 1410 501' }, ['/agreementText BANK_ACCOUNT_IN_AGREEMENT']],
    [{ agreementText: '账号：11090757，开户行招商银行' }, ['/agreementText BANK_ACCOUNT_IN_AGREEMENT']],
    [{ agreementText: '统一社会信用代码 911101085636549482，电话 13800138000' }, []],
    [{ documentId: undefined, categoryId: 'cat_maintenance' }, ['/documentId DOCUMENT_MISSING']],
    [{ documentId: 'doc_1', categoryId: 'cat_maintenance' }, []],
    [{ summary: undefined }, ['/summary MISSING']],
    [{ specs: [{ name: '旧', onShelf: false, price: { per: 'once', amountFen: 1 } }] }, ['/specs MISSING']],
  ])('%j: %j', (body, expected) => {
    expect(found(body)).toEqual(expected);
  });

  it.each<[Partial<typeof picture>, string[]]>([
    [{ width: 391 }, ['/pictureIds/0 PICTURE_SIZE']],
    [{ height: 259 }, ['/pictureIds/0 PICTURE_SIZE']],
    [{ contentType: 'image/jpeg' }, ['/pictureIds/0 PICTURE_NOT_PNG']],
  ])('look at pictures: %j', (more, expected) => {
    expect(found({}, { pictures: [{ ...picture, ...more }] })).toEqual(expected);
  });

  it('want a phone buyers can call', () => {
    expect(found({}, { hasServicePhone: false })).toEqual([' NO_PHONE']);
  });

  it('say what is wrong in both languages', () => {
    for (const { zh, en } of checkProduct(manualBody('img_1', { name: '最佳'.repeat(16) }), facts)) {
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).toMatch(/[a-z]/);
    }
  });
});

it('an address is told as far as it goes', () => {
  const [problem] = checkProduct(manualBody('img_1', { details: '见 www.example.cn，欢迎咨询；谢谢' }), facts);
  expect(problem?.en).toBe('leads off the market: www.example.cn');
});

describe('what is missing of each delivery type', () => {
  const bare = { categoryId: 'cat_office', name: '示例' };
  const common = ['/tags', '/agreementText', '/pictureIds', '/summary', '/details'];
  it.each<[CheckFacts['deliveryType'], string[]]>([
    ['manual', ['/deliveryDays', '/specs']],
    ['saas', ['/needsImplementation', '/specs', '/endpoints']],
    ['image', ['/regions', '/imageId', '/softwareTags', '/version', '/afterSales', '/documentId']],
    ['api', ['/publishedService', '/tryBeforeBuy']],
  ])('%s', (deliveryType, own) => {
    expect(missingFields(bare, { deliveryType }).map(({ path }) => path)).toEqual([...common, ...own]);
  });

  it('a SaaS product that is implemented by hand needs no endpoints', () => {
    const paths = missingFields({ ...bare, needsImplementation: true }, { deliveryType: 'saas' }).map(
      ({ path }) => path,
    );
    expect(paths).not.toContain('/endpoints');
  });
});

describe('the form', () => {
  const spec = (more: Record<string, unknown> = {}) => ({
    name: '标准版',
    price: { per: 'year', amountFen: 1 },
    ...more,
  });
  const accepts = (more: Record<string, unknown>, deliveryType: 'manual' | 'saas' | 'image' = 'manual'): boolean =>
    createProductSchema.safeParse({ deliveryType, categoryId: 'cat_office', name: '示例', ...more }).success;

  it.each<[Record<string, unknown>, boolean]>([
    [{ name: '长'.repeat(80) }, true],
    [{ name: '长'.repeat(81) }, false],
    [{ tags: ['一', '二', '三', '四', '五'] }, true],
    [{ tags: ['一', '二', '三', '四', '五', '六'] }, false],
    [{ tags: ['一', '一'] }, false],
    [{ summary: '简'.repeat(141) }, false],
    [{ deliveryDays: 0 }, false],
    [{ deliveryDays: 366 }, false],
    [{ specs: [spec(), spec()] }, false],
    [{ specs: [spec(), spec({ name: '专业版' })] }, true],
    [{ specs: [spec({ price: { per: 'year', amountFen: 0 } })] }, false],
    [{ specs: [spec({ term: 10 })] }, true],
    [{ specs: [spec({ term: 11 })] }, false],
    [{ specs: [spec({ price: { per: 'month', amountFen: 1 }, term: 120 })] }, true],
    [{ specs: [spec({ price: { per: 'month', amountFen: 1 }, term: 121 })] }, false],
    [{ specs: [spec({ price: { per: 'once', amountFen: 1 }, term: 1 })] }, false],
    [{ specs: [spec({ otherPrices: [{ per: 'month', amountFen: 1, term: 120 }] })] }, true],
    [{ specs: [spec({ otherPrices: [{ per: 'month', amountFen: 1, term: 121 }] })] }, false],
    [{ specs: [spec({ otherPrices: [{ per: 'month', amountFen: 0 }] })] }, false],
    [{ specs: [spec({ otherPrices: [{ per: 'once', amountFen: 1 }] })] }, false],
    [{ specs: [spec({ otherPrices: [{ per: 'year', amountFen: 1 }] })] }, false],
    [
      {
        specs: [
          spec({
            otherPrices: [
              { per: 'day', amountFen: 1 },
              { per: 'month', amountFen: 1 },
            ],
          }),
        ],
      },
      true,
    ],
    [
      {
        specs: [
          spec({
            otherPrices: [
              { per: 'day', amountFen: 1 },
              { per: 'day', amountFen: 2 },
            ],
          }),
        ],
      },
      false,
    ],
    [{ specs: [spec({ price: { per: 'once', amountFen: 1 }, otherPrices: [{ per: 'day', amountFen: 1 }] })] }, false],
    [{ trialDays: 1 }, false],
  ])('%j: %s', (more, expected) => {
    expect(accepts(more)).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['https://saas.example.com/create', true],
    ['http://saas.example.com/create', false],
    ['ftp://saas.example.com', false],
    ['saas.example.com', false],
  ])('endpoints are https: %s', (url, expected) => {
    const endpoints = { create: url, renew: url, expire: url, destroy: url };
    expect(accepts({ endpoints }, 'saas')).toBe(expected);
  });

  it('a spec is on the shelf unless it says otherwise, a trial lasts 200 days at most, a highlight has 8 to 16 signs', () => {
    const body = bodySchemas.manual.parse({ categoryId: 'c', name: 'n', specs: [spec()] });
    expect(body.specs?.[0]?.onShelf).toBe(true);
    expect([accepts({ trialDays: 200 }, 'saas'), accepts({ trialDays: 201 }, 'saas')]).toEqual([true, false]);
    expect([7, 8, 16, 17].map((length) => accepts({ highlight: '亮'.repeat(length) }, 'image'))).toEqual([
      ...[false, true, true, false],
    ]);
  });
});
