import { ChannelError, NotificationRefused, type PaymentChannel } from '../../domain/ports/payment-channel';

const unreachable = () => Promise.reject(new ChannelError('unreachable', 'TIMEOUT'));

/** A channel that answers as told, and cannot be reached for anything else. */
export function channelThat(answers: Partial<PaymentChannel>): PaymentChannel {
  return {
    capabilities: { channel: 'wechat_pay', presents: 'qr', longestAttemptMs: 7_200_000, refundableForMs: 86_400_000 },
    createAttempt: unreachable,
    query: unreachable,
    close: unreachable,
    refund: unreachable,
    queryRefund: unreachable,
    verifyNotification: () => {
      throw new NotificationRefused('signature');
    },
    bill: unreachable,
    ...answers,
  };
}
