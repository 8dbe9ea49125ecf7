import { randomInt, randomUUID } from 'node:crypto';
import { creditCodeAlphabet } from './credit-codes';
import { eventually } from './eventually';
import { HttpClient, type Body, type Reply } from './http-client';
import { documentOf } from './sellers';

/** What somebody on this way in is asked for; marked, so that it can be looked for wherever it must not be. */
export interface Personal {
  readonly mobile: string;
  readonly contactName: string;
  readonly contactPhone: string;
  readonly accountNumber: string;
  readonly legalName: string;
  readonly idNumber: string;
  readonly email: string;
}

export interface Company {
  readonly name: string;
  readonly code: string;
}

/** A person nobody is, with an ID number whose check digit is right. */
export function somebody(): Personal {
  const mark = String(randomInt(10_000_000, 99_999_999));
  const first17 = `110105${String(1950 + randomInt(40))}1231${String(randomInt(100, 999))}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = Array.from(first17).reduce((total, digit, at) => total + Number(digit) * (weights[at] ?? 0), 0);
  return {
    mobile: `139${mark}`,
    contactName: `联系${mark}`,
    contactPhone: `138${mark}`,
    accountNumber: `75590000${mark}`,
    legalName: `法人${mark}`,
    idNumber: first17 + ('10X98765432'[sum % 11] ?? ''),
    email: `admin-${mark}@example.com`,
  };
}

/** A company nobody has, with a 统一社会信用代码 whose check digit is right. */
export function someCompany(): Company {
  const body = `91440300MA${Array.from({ length: 7 }, () => creditCodeAlphabet[randomInt(31)] ?? '0').join('')}`;
  const sum = Array.from(body).reduce(
    (total, sign, at) => total + creditCodeAlphabet.indexOf(sign) * (3 ** at % 31),
    0,
  );
  return {
    name: `深圳${randomUUID().slice(0, 6)}软件有限公司`,
    code: body + (creditCodeAlphabet[(31 - (sum % 31)) % 31] ?? ''),
  };
}

type Control = (method: string, path: string, body?: unknown) => Promise<Body>;

/** How a call with one key is made: once, or as a careful client does where processes die. */
export type Caller = (call: () => Promise<Reply>) => Promise<Reply>;
const once: Caller = (call) => call();

/** The controls of an emulator, by their paths. */
export function controlsOf(emulatorUrl: string): Control {
  return async (method, path, body) => {
    const answer = await fetch(`${emulatorUrl}/control${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
}

/** 注册账号: an account that is nobody's yet, signed in. */
export async function signUp(url: string, personal: Personal, caller = once): Promise<HttpClient> {
  const login = `seller-${randomUUID()}`;
  const account = { login, password: 'mallflow-demo', displayName: '卖家', mobile: personal.mobile };
  const key = randomUUID();
  expectStatus(await caller(() => new HttpClient(url).post('/v1/accounts', account, { key })), 201);
  return HttpClient.signIn(url, login);
}

/** What ticking the agreement sends. */
export async function tickedAgreement(seller: HttpClient): Promise<Record<string, unknown>> {
  const { body } = await seller.get('/v1/agreements/seller');
  return { agreementVersion: body.version as string, accepted: true };
}

/** Guide B, step by step, as a seller and the outside parties play it. Every step waits for what it leads to. */
export class SellerJourney {
  readonly personal: Personal;
  readonly company: Company;
  private readonly caller: Caller;

  private constructor(
    readonly seller: HttpClient,
    readonly outside: Control,
    as: { readonly personal: Personal; readonly company: Company; readonly caller: Caller },
    readonly onboardingId: string,
    readonly sellerId: string,
  ) {
    this.personal = as.personal;
    this.company = as.company;
    this.caller = as.caller;
  }

  /** 注册账号, 卖家入驻, 同意协议. */
  static async begin(
    url: string,
    outside: Control,
    personal = somebody(),
    company = someCompany(),
    caller = once,
  ): Promise<SellerJourney> {
    const seller = await signUp(url, personal, caller);
    const [ticked, key] = [await tickedAgreement(seller), randomUUID()];
    const { body } = expectStatus(await caller(() => seller.post('/v1/seller-onboardings', ticked, { key })), 201);
    return new SellerJourney(
      seller,
      outside,
      { personal, company, caller },
      body.id as string,
      body.sellerId as string,
    );
  }

  get path(): string {
    return `/v1/sellers/${this.sellerId}`;
  }

  async requirement(key: string): Promise<Body> {
    const { body } = await this.seller.get(`/v1/seller-onboardings/${this.onboardingId}`);
    return (body.requirements as { key: string }[]).find((one) => one.key === key);
  }

  async until(key: string, state: string, turn?: string): Promise<Body> {
    return eventually(
      () => this.requirement(key),
      (now: Body) => now.state === state && (turn === undefined || now.whoseTurn === turn),
    );
  }

  async verificationForm(): Promise<Record<string, unknown>> {
    const { contactName, mobile, accountNumber } = this.personal;
    return {
      method: 'corporate_transfer',
      enterpriseName: this.company.name,
      unifiedSocialCreditCode: this.company.code,
      licenceDocumentId: await documentOf(this.seller),
      contactName,
      contactMobile: mobile,
      bank: { accountNumber, bankName: '招商银行', branchName: '科技园支行', location: '广东省深圳市' },
    };
  }

  /** A command of the seller's upon what is its own. */
  async post(step: string, body: unknown): Promise<Reply> {
    const key = randomUUID();
    return expectStatus(await this.caller(() => this.seller.post(`${this.path}/${step}`, body, { key })), 200);
  }

  /** 实名认证, by the transfer whose amount the seller tells. */
  async verify(): Promise<void> {
    await this.awaitTransfer();
    const amountFen = await this.arrivedFen();
    await this.post('verification/transfer-amount', { amountFen });
    await this.until('enterprise_verification', 'met');
  }

  /** 实名认证, as far as the transfer that arrives. */
  async awaitTransfer(): Promise<void> {
    await this.post('verification', await this.verificationForm());
    await this.until('enterprise_verification', 'in_progress', 'seller');
  }

  async arrivedFen(): Promise<number> {
    const { items } = await this.outside('GET', `/transfers?accountNumber=${this.personal.accountNumber}`);
    return Number(items[0].amountFen);
  }

  tellAmount(amountFen: number): Promise<Reply> {
    return this.seller.post(`${this.path}/verification/transfer-amount`, { amountFen });
  }

  informationForm(): Record<string, unknown> {
    const { contactName, contactPhone, accountNumber } = this.personal;
    return {
      unifiedSocialCreditCode: this.company.code,
      contactName,
      contactPhone,
      bank: {
        ...{ accountName: this.company.name, accountNumber, bankName: '招商银行' },
        ...{ branchName: '科技园支行', location: '广东省深圳市' },
      },
    };
  }

  /** 填写信息. */
  async inform(): Promise<void> {
    await this.post('company-information', this.informationForm());
    await this.until('company_information', 'met');
  }

  /** 立即缴纳. */
  async payFee(): Promise<void> {
    const { channelNumber } = await this.openPayment();
    await this.outside('POST', `/payments/${channelNumber}/pay`, {});
    await this.until('certification_fee', 'met');
    await this.until('seller_centre', 'met');
  }

  /** A payment somebody can pay; asked for again it is the same. */
  async openPayment(): Promise<{ readonly paymentId: string; readonly channelNumber: string }> {
    const payment: Body = await eventually(
      async (): Promise<Body> => (await this.post('certification-fee/pay', { method: 'wechat_native' })).body.payment,
      (open: Body) => open?.codeUrl !== undefined,
    );
    return { paymentId: payment.id as string, channelNumber: payment.channelNumber as string };
  }

  merchantForm(licenceDocumentId: string): Record<string, unknown> {
    const { legalName: name, idNumber, mobile, email } = this.personal;
    return {
      shortName: '云岭软件',
      // Buyers see it.
      servicePhone: '0755-26001234',
      legalRepresentative: { name, idNumber },
      administrator: { name, idNumber, mobile, email },
      licenceDocumentId,
    };
  }

  /** 开通商户号 at both channels, side by side. */
  async openMerchantIds(): Promise<void> {
    const form = this.merchantForm(await documentOf(this.seller));
    await this.post('merchant-ids', { channels: ['wechat_pay', 'tenpay'], form });
    for (const [channel, steps] of [
      ['wechat_pay', ['verify-account', 'approve', 'sign']],
      ['tenpay', ['approve', 'sign']],
    ] as const) {
      const { id } = await eventually(
        () => this.application(channel),
        (one: Body) => one?.id !== undefined,
      );
      for (const step of steps) await this.outside('POST', `/merchant-applications/${id as string}/${step}`, {});
    }
    await eventually(
      async () => (await this.seller.get(`${this.path}/merchant-ids`)).body.items as { state: string }[],
      (items) => items.length === 2 && items.every(({ state }) => state === 'opened'),
    );
  }

  async application(channel: string): Promise<Body> {
    const { items } = await this.outside('GET', `/merchant-applications?reference=${this.sellerId}`);
    return (items as { channel: string }[]).find((one) => one.channel === channel);
  }
}

function expectStatus(reply: Reply, status: number): Reply {
  if (reply.status !== status)
    throw new Error(`answered ${reply.status}, not ${status}: ${JSON.stringify(reply.body)}`);
  return reply;
}
