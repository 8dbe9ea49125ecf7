import { createCipheriv, randomBytes } from 'node:crypto';
import type { Books } from '../books/books';
import type { EventType, Notice } from '../books/records';
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

const summaries: Readonly<Record<EventType, string>> = {
  'TRANSACTION.SUCCESS': '支付成功',
  'REFUND.SUCCESS': '退款成功',
  'REFUND.ABNORMAL': '退款异常',
  'REFUND.CLOSED': '退款关闭',
};

/** What a notice says, as of its event: what has happened since does not change it. Undefined: nothing to tell. */
function contentOf(books: Books, identity: Identity, notice: Notice): Readonly<Record<string, unknown>> | undefined {
  if (notice.about === 'payment') {
    const order = books.order(notice.number);
    return order?.paidAt == null ? undefined : transactionOf(identity, { ...order, state: 'SUCCESS' });
  }
  const refund = books.refund(notice.number);
  const order = refund && books.order(refund.outTradeNo);
  if (refund === undefined || order === undefined || refund.state === 'PROCESSING') return undefined;
  const status = notice.event.slice('REFUND.'.length);
  return {
    mchid: identity.mchid,
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: status,
    ...(status === 'SUCCESS' && refund.succeededAt !== null ? { success_time: shanghaiTime(refund.succeededAt) } : {}),
    user_received_account: '支付用户零钱',
    amount: { total: order.total, refund: refund.amount, payer_total: order.total, payer_refund: refund.amount },
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
  const field = 'refund' in amount ? 'refund' : 'total';
  return { ...content, amount: { ...amount, [field]: Number(amount[field]) + 1 } };
}

/** The signed notification of an event; undefined when there is nothing to tell. */
export async function notification(
  books: Books,
  identity: Identity,
  notice: Notice,
  twist: Twist | undefined,
): Promise<SignedMessage | undefined> {
  const content = contentOf(books, identity, notice);
  if (content === undefined) return undefined;
  const original = notice.about === 'payment' ? 'transaction' : 'refund';
  const plaintext = JSON.stringify(misstated(content, twist?.kind));
  const body = JSON.stringify({
    id: notice.id,
    create_time: shanghaiTime(notice.createdAt),
    resource_type: 'encrypt-resource',
    event_type: notice.event,
    summary: summaries[notice.event],
    resource: { original_type: original, ...sealed(identity.apiV3Key, plaintext, original) },
  });
  return signMessage(identity, body, identity.publicKeyMode, twist);
}
