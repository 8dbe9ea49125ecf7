import { createHash, randomBytes } from 'node:crypto';
import type {
  MerchantForm,
  MerchantOnboarding,
  MerchantPicture,
  MerchantReason,
  MerchantReport,
  MerchantSubmitted,
} from '../../../domain/ports/merchant-onboarding';
import { ChannelError } from '../../../domain/ports/payment-channel';
import { ProviderError } from '../../../domain/ports/provider-error';
import { WechatPayHttp, type Question, type Upload } from '../../wechat-pay/http-client';
import type { WechatPaySettings, WechatPaySurroundings } from '../../wechat-pay/settings';
import { ourField } from '../our-fields';
import { formOf } from './form';
import { fieldsOfTheirs, refusedForm, reportOf, submitted, uploaded } from './shapes';

const applyments = '/v3/ecommerce/applyments/';

/** Ends of names the channel takes, by the type of the document. */
const endings: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'application/pdf': 'pdf' };

/** The channel knows nothing under this number. */
const unknownCodes = ['APPLYMENT_NOTEXIST', 'APPLYMENT_NOT_EXIST', 'RESOURCE_NOT_EXISTS', 'NOT_FOUND'] as const;

export interface MerchantsSettings {
  /** Public base of the market, without a slash at its end: the page of a seller's shop is below it. */
  readonly shopBaseUrl: string;
}

/** 收付通 二级商户进件: merchant IDs below the platform's own at WeChat Pay. */
export function createWechatPayMerchants(
  settings: WechatPaySettings & MerchantsSettings,
  around: WechatPaySurroundings = {},
): MerchantOnboarding {
  return new WechatPayMerchants(settings, around);
}

class WechatPayMerchants implements MerchantOnboarding {
  readonly channel = 'wechat_pay';
  readonly wantsPictures = true;
  private readonly http: WechatPayHttp;

  constructor(
    private readonly settings: WechatPaySettings & MerchantsSettings,
    around: WechatPaySurroundings,
  ) {
    this.http = new WechatPayHttp(settings, around);
  }

  uploadMedia(picture: MerchantPicture): Promise<string> {
    return this.ask({
      operation: 'upload_media',
      method: 'POST',
      path: '/v3/merchant/media/upload',
      upload: multipart(picture),
      read: (body) => uploaded(body),
    });
  }

  submit(form: MerchantForm): Promise<MerchantSubmitted> {
    const shopUrl = `${this.settings.shopBaseUrl}/v1/market/shops/${form.sellerId}`;
    return this.ask<MerchantSubmitted>({
      operation: 'submit_merchant',
      method: 'POST',
      path: applyments,
      body: formOf(form, shopUrl, (text) => this.http.platformKeys.seal(text)),
      read: (body) => ({ kind: 'accepted', providerId: submitted(body) }),
      understand: (code, body) => {
        // rule: wechat-pay-form-faults-come-back
        if (code === 'PARAM_ERROR') return rejected(refusedForm(body));
        // Under review, or done: under this number there can be no second one.
        return code === 'INVALID_REQUEST' ? { kind: 'already_there' } : undefined;
      },
    });
  }

  query(requestNumber: string): Promise<MerchantReport | undefined> {
    return this.ask<MerchantReport | undefined>({
      operation: 'query_merchant',
      method: 'GET',
      path: `${applyments}out-request-no/${encodeURIComponent(requestNumber)}`,
      read: (body) => reportOf(body, requestNumber),
      meanings: new Map(unknownCodes.map((code) => [code, undefined])),
    });
  }

  private async ask<T>(question: Question<T>): Promise<T> {
    try {
      return await this.http.ask(question);
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      throw new ProviderError(error.kind === 'unreachable' ? 'away' : error.kind, error.code);
    }
  }
}

function rejected(reason: { field: string; reason: string } | undefined): MerchantSubmitted | undefined {
  if (reason === undefined) return undefined;
  const found: MerchantReason = { path: ourField(fieldsOfTheirs, reason.field), ...reason };
  return { kind: 'rejected', reasons: [found] };
}

/** Two parts; the first, what the file is, is signed alone. */
function multipart({ contentType, bytes }: MerchantPicture): Upload {
  const filename = `licence.${endings[contentType] ?? 'bin'}`;
  const signed = JSON.stringify({ filename, sha256: createHash('sha256').update(bytes).digest('hex') });
  const boundary = randomBytes(16).toString('hex');
  const part = (head: string) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    signed,
    bytes: Buffer.concat([
      Buffer.from(`${part('name="meta"\r\nContent-Type: application/json')}${signed}\r\n`),
      Buffer.from(part(`name="file"; filename="${filename}"\r\nContent-Type: ${contentType}`)),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}
