import { createPrivateKey, X509Certificate } from 'node:crypto';
import { PlatformKeys } from '../../../providers/wechat-pay/platform-keys';
import { unseal } from '../../../providers/payments/wechat-pay/sealing';
import { authorization, signed, requestMessage } from '../../../providers/wechat-pay/signing';
import { answerExample, certificateExample, requestExample, sealingExample } from './published-examples';

const publicKeyId = 'PUB_KEY_ID_1';

function judged(change: Partial<typeof answerExample> & { serial?: string; secondsLater?: number } = {}) {
  const { secondsLater = 0, serial = publicKeyId, ...rest } = change;
  const { platformKey, timestamp, nonce, body, signature } = { ...answerExample, ...rest };
  const keys = new PlatformKeys([
    { id: publicKeyId, pem: platformKey },
    { id: certificateExample.serial, pem: publishedCertificate() },
  ]);
  const now = (Number(answerExample.timestamp) + secondsLater) * 1_000;
  return keys.judge({ timestamp, nonce, serial, signature }, Buffer.from(body), now);
}

function publishedCertificate(): string {
  return unseal(certificateExample.sealed, Buffer.from(certificateExample.apiV3Key)).toString();
}

describe('what the channel has published as examples', () => {
  it('signs a request to the letter', () => {
    const key = createPrivateKey(requestExample.merchantKey);
    expect(signed(requestMessage(requestExample.request), key)).toBe(requestExample.signature);
    expect(
      authorization({ mchid: requestExample.mchid, serial: requestExample.serial, key }, requestExample.request),
    ).toBe(
      `WECHATPAY2-SHA256-RSA2048 mchid="1900007291",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",timestamp="1554208460",serial_no="408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",signature="${requestExample.signature}"`,
    );
  });

  it('believes an answer, and no other', () => {
    expect(judged()).toBe('authentic');
    const { signature, body, nonce } = answerExample;
    expect(judged({ body: `${body} ` as typeof body })).toBe('signature');
    expect(judged({ nonce: nonce.toUpperCase() as typeof nonce })).toBe('signature');
    // The same bytes spelled otherwise would be a second signature of one message.
    expect(judged({ signature: `${signature} ` as typeof signature })).toBe('signature');
    expect(judged({ signature: signature.replace(/=+$/, '') as typeof signature })).toBe('signature');
    expect(judged({ signature: `WECHATPAY/SIGNTEST/${signature}` as typeof signature })).toBe('probe');
    expect(judged({ serial: certificateExample.serial })).toBe('signature');
    expect(judged({ serial: 'PUB_KEY_ID_2' })).toBe('serial');
    expect(judged({ timestamp: '+1722850421' as '1722850421' })).toBe('headers');
    expect(judged({ nonce: '' as typeof nonce })).toBe('headers');
  });

  it('believes it for five minutes either way', () => {
    expect([300, -300].map((secondsLater) => judged({ secondsLater }))).toEqual(['authentic', 'authentic']);
    expect([301, -301].map((secondsLater) => judged({ secondsLater }))).toEqual(['timestamp', 'timestamp']);
  });

  it('opens what is sealed, and nothing that was changed', () => {
    const { apiV3Key, sealed, opened } = sealingExample;
    const key = Buffer.from(apiV3Key);
    expect(unseal(sealed, key).toString()).toBe(opened);
    expect(() => unseal({ ...sealed, associatedData: '' }, key)).toThrow();
    expect(() => unseal({ ...sealed, nonce: 'uluk4a9R25RX' }, key)).toThrow();
    expect(() => unseal({ ...sealed, ciphertext: sealed.ciphertext.slice(4) }, key)).toThrow();
    expect(() => unseal({ ...sealed, ciphertext: 'AAAA' }, key)).toThrow('shorter than its tag');
  });

  it('opens a certificate of the channel', () => {
    expect(new X509Certificate(publishedCertificate()).serialNumber).toBe(certificateExample.serial);
  });
});
