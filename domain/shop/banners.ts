type Colour = readonly [red: number, green: number, blue: number];

/** A stock banner: a ground from one colour to another, over which a page lays headline and slogan. */
export interface StockBanner {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  /** At the left. */
  readonly from: Colour;
  /** At the right. */
  readonly to: Colour;
}

/** 模板库: the ten a seller chooses from who draws none (domain.md §2.6, 店铺介绍). */
export const stockBanners: readonly StockBanner[] = [
  { id: 'banner_sky', zh: '晴空', en: 'Sky', from: [24, 110, 214], to: [120, 196, 255] },
  { id: 'banner_deep_sea', zh: '深海', en: 'Deep sea', from: [8, 32, 74], to: [20, 108, 164] },
  { id: 'banner_bamboo', zh: '翠竹', en: 'Bamboo', from: [16, 98, 68], to: [122, 200, 140] },
  { id: 'banner_sunrise', zh: '朝霞', en: 'Sunrise', from: [196, 62, 40], to: [255, 184, 96] },
  { id: 'banner_wheat', zh: '麦浪', en: 'Wheat', from: [168, 112, 24], to: [240, 208, 128] },
  { id: 'banner_plum', zh: '梅红', en: 'Plum', from: [120, 20, 72], to: [224, 112, 160] },
  { id: 'banner_wisteria', zh: '紫藤', en: 'Wisteria', from: [72, 48, 148], to: [176, 152, 236] },
  { id: 'banner_ink', zh: '水墨', en: 'Ink', from: [24, 26, 32], to: [112, 120, 132] },
  { id: 'banner_celadon', zh: '青瓷', en: 'Celadon', from: [40, 116, 120], to: [156, 212, 208] },
  { id: 'banner_night', zh: '夜空', en: 'Night', from: [16, 16, 48], to: [72, 64, 144] },
];

export function stockBannerById(id: string): StockBanner | undefined {
  return stockBanners.find((banner) => banner.id === id);
}

/** Where anybody sees it before choosing: a path on this host. */
export function stockBannerUrl({ id }: StockBanner): string {
  return `/banners/${id}.png`;
}
