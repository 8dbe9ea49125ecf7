import sharp from 'sharp';
import { shopImages } from '../../domain/image/measures';
import type { StockBanner } from '../../domain/shop/banners';
import type { EncodedImage } from '../image/encoder';

/** The ten never change: each is drawn when it is first asked for. */
const drawn = new Map<string, Promise<EncodedImage>>();

/** A stock banner as a PNG of the measures a shop's banner has. */
export function drawBanner(banner: StockBanner): Promise<EncodedImage> {
  const known = drawn.get(banner.id);
  if (known !== undefined) return known;
  const drawing = draw(banner);
  drawn.set(banner.id, drawing);
  // What failed once is tried again by the next who asks.
  drawing.catch(() => drawn.delete(banner.id));
  return drawing;
}

async function draw({ from, to }: StockBanner): Promise<EncodedImage> {
  const { width, height } = shopImages.bannerImageId;
  const row = Buffer.alloc(width * 3);
  for (let x = 0; x < width; x += 1)
    for (let channel = 0; channel < 3; channel += 1) {
      const [left, right] = [from[channel] ?? 0, to[channel] ?? 0];
      row[x * 3 + channel] = Math.round(left + ((right - left) * x) / (width - 1));
    }
  const pixels = Buffer.concat(Array.from({ length: height }, () => row));
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { bytes, width, height };
}
