import type { ImageType } from './kinds';

/** What a place asks of an image, in pixels. */
export interface Measures {
  readonly width: number;
  readonly height: number;
  readonly types: readonly ImageType[];
}

export interface Measured {
  readonly width: number;
  readonly height: number;
  readonly contentType: ImageType;
}

/** Whether an image does not fit where it is to be shown. */
export function unfit(image: Measured, { width, height, types }: Measures): boolean {
  // rule: images-have-their-measures
  return image.width !== width || image.height !== height || !types.includes(image.contentType);
}

/** domain.md §4.6. */
export const shopImages = {
  bannerImageId: { width: 1_920, height: 300, types: ['image/png'] },
  logoImageId: { width: 390, height: 260, types: ['image/png', 'image/jpeg'] },
} as const satisfies Record<string, Measures>;
