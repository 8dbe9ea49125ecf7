import sharp from 'sharp';
import { maxImagePixels, type ImageType } from '../../domain/image/kinds';
import { invalid } from '../http/parse';
import { Turnstile } from '../http/turnstile';

export interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

// Decoders are where images attack: all but the two we take stay shut, whatever a file says of itself.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer'] });
// One thread an image: what runs at once is bounded below, not by the number of cores. No image comes twice.
sharp.concurrency(1);
sharp.cache(false);

/** Longer than any honest image takes on a slow machine. */
const withinSeconds = 20;

/**
 * Decodes an image and draws it anew: what is kept are its pixels, upright, in sRGB. Everything else goes: where the
 * photograph was taken, colour profiles, comments, previews, and whatever hides behind the end of the picture.
 */
export class ImageEncoder {
  private readonly turnstile = new Turnstile(2, 16);

  /** @throws DomainError VALIDATION_FAILED with the rule; TOO_MANY_REQUESTS when too many wait already */
  async encode(bytes: Uint8Array, type: ImageType): Promise<EncodedImage> {
    return this.turnstile.pass(async () => {
      const { width, height } = await decodable(() => sharp(bytes, { limitInputPixels: false }).metadata());
      // rule: at-most-25-million-pixels
      if (width * height > maxImagePixels)
        throw invalid([
          { path: '', code: 'TOO_MANY_PIXELS', message: `at most ${maxImagePixels} pixels (width × height)` },
        ]);
      // rule: images-are-whole
      const source = sharp(bytes, { limitInputPixels: maxImagePixels, failOn: 'error' });
      // rule: images-are-drawn-upright
      const upright = source.autoOrient().timeout({ seconds: withinSeconds });
      const drawn = type === 'image/png' ? upright.png() : upright.jpeg({ quality: 90 });
      const { data, info } = await decodable(() => drawn.toBuffer({ resolveWithObject: true }));
      return { bytes: data, width: info.width, height: info.height };
    });
  }
}

async function decodable<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch {
    throw invalid([{ path: '', code: 'UNDECODABLE', message: 'the image is damaged or not complete' }]);
  }
}
