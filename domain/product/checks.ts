import type { FieldProblem } from '../market/field-problem';
import { isUnifiedSocialCreditCode } from '../seller/identifiers';
import { requiredFields, type ProductBody } from './schemas';
import type { DeliveryType } from './states';

/** A picture as it is stored. */
export interface CheckedPicture {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly contentType: string;
}

/** What a check knows beside the body itself. */
export interface CheckFacts {
  readonly deliveryType: DeliveryType;
  readonly pictures: readonly CheckedPicture[];
  /** The seller's shop tells a phone for 7×8 h service. */
  readonly hasServicePhone: boolean;
}

/** 运维服务: its products come with a document (domain.md §2.7). */
const maintenanceCategory = 'cat_maintenance';

/** 390×260 (domain.md §4.6). */
export const pictureSize = { width: 390, height: 260 } as const;

/** Reviewers refuse names that are longer, although a draft takes 80. */
const longestGoodName = 30;

interface Words {
  readonly zh: string;
  readonly en: string;
}

function problem(path: string, code: string, words: Words): FieldProblem {
  return { path, code, ...words };
}

/** The field of the form, and the document where one is needed: what must be there before a product is handed in. */
export function missingFields(body: ProductBody, { deliveryType }: Pick<CheckFacts, 'deliveryType'>): FieldProblem[] {
  const told = { zh: '必填', en: 'required' };
  const missing = requiredFields[deliveryType]
    // rule: handed-in-whole
    .filter((field) => body[field] === undefined)
    .map((field) => problem(`/${field}`, 'MISSING', told));
  // rule: something-can-be-chosen
  if (body.specs?.every(({ onShelf }) => !onShelf) === true)
    missing.push(problem('/specs', 'MISSING', { zh: '至少一个规格需上架', en: 'at least one must be on the shelf' }));
  // rule: saas-is-delivered-somehow
  if (deliveryType === 'saas' && body.needsImplementation !== true && body.endpoints === undefined)
    missing.push(
      problem('/endpoints', 'MISSING', {
        zh: '无需人工实施的 SaaS 商品须填写交付接口',
        en: 'required unless it is implemented by hand',
      }),
    );
  // rule: some-products-come-with-a-document
  if (body.documentId === undefined && (deliveryType === 'image' || body.categoryId === maintenanceCategory))
    missing.push(
      problem('/documentId', 'DOCUMENT_MISSING', {
        zh: '镜像商品和运维服务须上传商品文档',
        en: 'images and maintenance services come with a document',
      }),
    );
  return missing;
}

/**
 * The reviewers' own rules, as far as a machine can judge them (domain.md §2.7, review standards): the dry check shows
 * them to the seller, the review shows them to the reviewer, and nothing with a problem is approved by policy. Only what
 * is missing keeps a product from being handed in.
 */
export function checkProduct(body: ProductBody, facts: CheckFacts): FieldProblem[] {
  return [
    ...missingFields(body, facts),
    ...nameProblems(body),
    ...textsOf(body).flatMap(textProblems),
    ...agreementProblems(body),
    ...facts.pictures.flatMap((picture) => pictureProblems(body, picture)),
    ...phoneProblems(facts),
  ];
}

function nameProblems({ name }: ProductBody): FieldProblem[] {
  // rule: reviewers-refuse-long-names
  if (Array.from(name).length <= longestGoodName) return [];
  return [
    problem('/name', 'NAME_TOO_LONG', {
      zh: `审核要求商品名称不超过 ${longestGoodName} 个字符`,
      en: `reviewers take at most ${longestGoodName} characters`,
    }),
  ];
}

interface Text {
  readonly path: string;
  readonly text: string;
}

/** Everything buyers read. */
function textsOf(body: ProductBody): Text[] {
  const fields = ['name', 'summary', 'details', 'requirementTemplate', 'highlight', 'features', 'afterSales'] as const;
  return [
    ...fields.flatMap((field) => ({ path: `/${field}`, text: body[field] ?? '' })),
    { path: '/agreementText', text: body.agreementText ?? '' },
    ...(body.tags ?? []).map((text, at) => ({ path: `/tags/${at}`, text })),
    ...(body.softwareTags ?? []).map((text, at) => ({ path: `/softwareTags/${at}`, text })),
    { path: '/version', text: body.version ?? '' },
    ...(body.regions ?? []).map((text, at) => ({ path: `/regions/${at}`, text })),
    ...(body.industries ?? []).map((text, at) => ({ path: `/industries/${at}`, text })),
    ...(body.cases ?? []).flatMap(({ title, text }, at) => [
      { path: `/cases/${at}/title`, text: title },
      { path: `/cases/${at}/text`, text },
    ]),
    ...(body.specs ?? []).map(({ name }, at) => ({ path: `/specs/${at}/name`, text: name })),
  ];
}

/** 免费使用, extreme advertising (极限用语), and recruiting of agents. */
const forbiddenWords =
  /免[费費]使用|最佳|最优|最低价|最高级|最先进|全网最|第一(?![步次章节条款项天个人方])|顶级|国家级|世界级|招代理|加盟/g;

const otherClouds =
  /阿里[云雲]|[华華][为為][云雲]|百度智能[云雲]|百度[云雲]|京[东東][云雲]|金山[云雲]|天翼[云雲]|移[动動][云雲]|[联聯]通[云雲]|火山引擎|\bAliyun\b|\bAlibaba\s?Cloud\b|\bHuawei\s?Cloud\b|\bAWS\b|\bAmazon Web Services\b|\bAzure\b|\bGoogle Cloud\b|\bGCP\b/gi;

/** Endings of addresses that are more than a product's name: `Node.js` and `socket.io` are told apart by none of them. */
const domains =
  'com|cn|net|org|io|shop|top|xyz|ai|cc|me|co|ly|tv|vip|site|online|store|club|link|cloud|info|biz|tech|wang|icu|ltd';

/** What an address goes on with. */
const rest = String.raw`[^\s<>"'）)，,。；;]`;

/** An address that leads buyers off the market; numbers with dots and e-mail addresses are none. */
const links = new RegExp(
  [
    String.raw`(?:https?:\/\/|www\.)${rest}+`,
    String.raw`(?<![@a-z0-9.-])(?!asp\.net(?![\w.-]))(?:[a-z0-9-]+\.)+(?:${domains})(?![a-z0-9-]|[\w.+-]*@)${rest}*`,
    // A number with three dots may be a version, and with `/8` a network; with a port or a path it is a host.
    String.raw`(?<![\d.])(?!(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.)(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5}|\/(?!\d{1,2}\b)${rest}+)`,
  ].join('|'),
  'gi',
);

/** As a reader takes it: without what nobody sees, letters of full width as those of half; stops stay what they are. */
function asRead(text: string): string {
  const shown = text.replace(/\p{Cf}/gu, '').replace(/[^：，；（）！？]+/g, (part) => part.normalize('NFKC'));
  return shown.replace(/(?<=[a-z0-9])。(?=[a-z])/gi, '.');
}

/** Without the blanks between two Chinese characters. */
function closedUp(text: string): string {
  return text.replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, '');
}

export function textProblems({ path, text }: Text): FieldProblem[] {
  // rule: words-are-found-as-they-are-read
  const read = asRead(text);
  // Closed up, `第一 个` is no superlative any more: both are looked at.
  const ways = [read, closedUp(read)];
  const found = (pattern: RegExp): string => [...new Set(ways.flatMap((way) => way.match(pattern) ?? []))].join('、');
  const [words, clouds, addresses] = [found(forbiddenWords), found(otherClouds), found(links)];
  return [
    // rule: no-extreme-words
    ...(words === ''
      ? []
      : [problem(path, 'FORBIDDEN_WORDS', { zh: `含有不允许的用语：${words}`, en: `words not allowed: ${words}` })]),
    // rule: no-other-clouds
    ...(clouds === ''
      ? []
      : [problem(path, 'OTHER_CLOUD', { zh: `提及其他云厂商：${clouds}`, en: `names another cloud: ${clouds}` })]),
    // rule: no-links-off-the-market
    ...(addresses === ''
      ? []
      : [
          problem(path, 'EXTERNAL_LINK', {
            zh: `含有引导至站外的链接：${addresses}`,
            en: `leads off the market: ${addresses}`,
          }),
        ]),
  ];
}

/** Digits as accounts are printed: in groups, or behind the word. */
const accountNumbers = /(?<![\dA-Za-z])\d(?:[ \t-]?\d){11,31}(?![\dA-Za-z])/g;
const namedAccounts = /(?:账号|帐号|账户|卡号|account)[^\d\n]{0,12}\d(?:[ \t-]?\d){7,31}/i;

function agreementProblems({ agreementText }: ProductBody): FieldProblem[] {
  if (agreementText === undefined) return [];
  // rule: accounts-are-found-as-they-are-read
  const read = asRead(agreementText);
  const numbers = (read.match(accountNumbers) ?? []).map((text) => text.replace(/[ \t-]/g, ''));
  // rule: no-bank-accounts-in-agreements
  const hasAccount = numbers.some((digits) => !isUnifiedSocialCreditCode(digits)) || namedAccounts.test(read);
  if (!hasAccount) return [];
  return [
    problem('/agreementText', 'BANK_ACCOUNT_IN_AGREEMENT', {
      zh: '服务协议中不得包含银行账号',
      en: 'the agreement must not contain bank accounts',
    }),
  ];
}

function pictureProblems(body: ProductBody, { id, width, height, contentType }: CheckedPicture): FieldProblem[] {
  const at = (body.pictureIds ?? []).indexOf(id);
  if (at < 0) return [];
  const path = `/pictureIds/${at}`;
  // rule: pictures-are-390-by-260
  const fits = width === pictureSize.width && height === pictureSize.height;
  return [
    ...(fits
      ? []
      : [
          problem(path, 'PICTURE_SIZE', {
            zh: `图片尺寸应为 390×260，当前为 ${width}×${height}`,
            en: `390×260 is asked for, this is ${width}×${height}`,
          }),
        ]),
    // rule: pictures-are-png
    ...(contentType === 'image/png'
      ? []
      : [problem(path, 'PICTURE_NOT_PNG', { zh: '审核要求图片为 PNG 格式', en: 'reviewers take PNG' })]),
  ];
}

function phoneProblems({ hasServicePhone }: CheckFacts): FieldProblem[] {
  // rule: buyers-can-call
  if (hasServicePhone) return [];
  return [
    problem('', 'NO_PHONE', {
      zh: '商品页须有客服电话：请先在店铺信息中填写',
      en: 'buyers must be able to call: fill in the shop’s service phone',
    }),
  ];
}
