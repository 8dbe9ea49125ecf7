import type { Language } from '../shared/errors';
import type { CommodityAct } from './states';

/** What happens to a commodity beside the case of its being added. */
export type CommodityDeed = Extract<
  CommodityAct,
  'codes' | 'take-offline' | 'increase-stock' | 'bring-online' | 'expire'
>;

/** `{actor}` is the display name of who did it. */
const words: Readonly<Record<CommodityDeed, { readonly en: string; readonly zh: string }>> = {
  codes: { en: '{actor} imported codes', zh: '{actor} 导入了码' },
  'take-offline': { en: '{actor} took it offline', zh: '{actor} 下线了商品' },
  'increase-stock': { en: '{actor} added stock', zh: '{actor} 增加了库存' },
  'bring-online': { en: '{actor} brought it online', zh: '{actor} 上线了商品' },
  expire: { en: 'Its time was over; it expired', zh: '已到过期时间，商品已失效' },
};

/** How purchased stock begins. */
export function stockedText(language: Language): string {
  return language === 'en' ? 'It was bought and entered the enterprise stock, online' : '采购入库，默认上线';
}

export function isCommodityDeed(act: string): act is CommodityDeed {
  return Object.hasOwn(words, act);
}

export function commodityText(
  event: { readonly act: CommodityDeed; readonly actorName: string | null },
  language: Language,
): string {
  const key = language === 'en' ? 'en' : 'zh';
  return words[event.act][key].replace('{actor}', event.actorName ?? '');
}
