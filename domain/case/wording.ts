import type { Language } from '../shared/errors';
import type { PurchaseAct } from '../purchase/states';
import type { ProcessKind } from './states';

interface Wording {
  readonly en: string;
  readonly zh: string;
}

/**
 * What a timeline says about an act, in the words of a shop manager. `{actor}` is the display name of who did it.
 * Adding a process or an act without words does not compile.
 */
const words: { readonly purchase: Readonly<Record<PurchaseAct | 'open', Wording>> } = {
  purchase: {
    open: { en: '{actor} placed the order; it waits for payment', zh: '{actor} 提交了订单，等待支付' },
    pay: { en: '{actor} paid from the enterprise balance', zh: '{actor} 使用企业余额完成支付' },
    stock: { en: 'The benefit entered the enterprise stock', zh: '权益已进入企业总库存' },
    close: { en: '{actor} closed the order detail; the purchase is finished', zh: '{actor} 关闭了订单详情，采购结束' },
    close_unattended: {
      en: 'The order detail was left open and closed itself; the purchase is finished',
      zh: '订单详情长时间未关闭，系统已自动关闭，采购结束',
    },
    cancel: { en: '{actor} cancelled the order before payment', zh: '{actor} 在支付前取消了订单' },
    expire: { en: 'The order was not paid in time and expired', zh: '订单超时未支付，已失效' },
  },
} satisfies Record<ProcessKind, Readonly<Record<string, Wording>>>;

const systemName: Wording = { en: 'Mallflow', zh: '系统' };

/** The words for an act; an act this version does not know is shown by its name rather than lost. */
export function timelineText(
  event: { readonly kind: ProcessKind; readonly act: string; readonly actorName: string | null },
  language: Language,
): string {
  const ofKind: Readonly<Record<string, Wording>> = words[event.kind];
  const wording = ofKind[event.act] ?? { en: event.act, zh: event.act };
  const key = language === 'en' ? 'en' : 'zh';
  return wording[key].replace('{actor}', event.actorName ?? systemName[key]);
}
