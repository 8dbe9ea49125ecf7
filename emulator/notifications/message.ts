import { createCipheriv, randomBytes } from 'node:crypto';
import type { Books } from '../books/books';
import type { Notice, Order, Refund, RefundState } from '../books/records';
import type { Identity } from '../keys/identity';
import { signMessage, type SignedMessage, type Twist } from '../wechat/signing';
import { transactionOf } from '../wechat/orders';
import { shanghaiTime } from '../wechat/time';

/** AEAD_AES_256_GCM as the channel seals: the tag stands at the end of the ciphertext. */
export function sealed(apiV3Key: Buffer, plaintext: string, associatedData: string) {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', apiV3Key, Buffer.from(nonce), { authTagLength: 16 });
  cipher.setAAD(Buffer.from(associatedData));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: ciphertext.toString('base64'),
    associated_data: associatedData,
    nonce,
  };
}

interface Event {
  readonly type: string;
  readonly original: 'transaction' | 'refund';
  readonly summary: string;
  readonly content: Readonly<Record<string, unknown>>;
}

const refundSummaries: Readonly<Record<Exclude<RefundState, 'PROCESSING'>, string>> = {
  SUCCESS: '退款成功',
  ABNORMAL: '退款异常',
  CLOSED: '退款关闭',
};

/** The event a notice is about; undefined when there is nothing to tell. */
function eventOf(books: Books, identity: Identity, notice: Pick<Notice, 'about' | 'number'>): Event | undefined {
  if (notice.about === 'payment') {
    const order = books.order(notice.number);
    if (order?.paidAt == null) return undefined;
    // The event of the payment stays what it was, also when money has gone back since.
    const content = transactionOf(identity, { ...order, state: 'SUCCESS' });
    return { type: 'TRANSACTION.SUCCESS', original: 'transaction', summary: '支付成功', content };
  }
  const refund = books.refund(notice.number);
  const order = refund && books.order(refund.outTradeNo);
  if (refund === undefined || order === undefined || refund.state === 'PROCESSING') return undefined;
  return {
    type: `REFUND.${refund.state}`,
    original: 'refund',
    summary: refundSummaries[refund.state],
    content: refundNotice(identity, order, refund),
  };
}

function refundNotice(identity: Identity, order: Order, refund: Refund): Readonly<Record<string, unknown>> {
  return {
    mchid: identity.mchid,
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refund.state,
    ...(refund.succeededAt === null ? {} : { success_time: shanghaiTime(refund.succeededAt) }),
    user_received_account: '支付用户零钱',
    amount: {
      total: order.total,
      refund: refund.amount,
      payer_total: order.total,
      payer_refund: refund.amount,
    },
  };
}

/** Said with a valid signature, and not true for us. */
export function misstated(
  content: Readonly<Record<string, unknown>>,
  kind: string | undefined,
): Readonly<Record<string, unknown>> {
  if (kind === 'wrong_merchant') return { ...content, mchid: '1900000001' };
  if (kind !== 'wrong_amount') return content;
  const amount = content['amount'] as Readonly<Record<string, unknown>>;
  return { ...content, amount: { ...amount, total: Number(amount['total']) + 1 } };
}

/** The signed notification of an event; undefined when there is nothing to tell. */
export async function notification(
  books: Books,
  identity: Identity,
  notice: Pick<Notice, 'id' | 'about' | 'number' | 'createdAt'>,
  twist: Twist | undefined,
): Promise<SignedMessage | undefined> {
  const event = eventOf(books, identity, notice);
  if (event === undefined) return undefined;
  const plaintext = JSON.stringify(misstated(event.content, twist?.kind));
  const body = JSON.stringify({
    id: notice.id,
    create_time: shanghaiTime(notice.createdAt),
    resource_type: 'encrypt-resource',
    event_type: event.type,
    summary: event.summary,
    resource: { original_type: event.original, ...sealed(identity.apiV3Key, plaintext, event.original) },
  });
  return signMessage(identity, body, identity.publicKeyMode, twist);
}
