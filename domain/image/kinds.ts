/** „请上传 png、jpg 格式文件，大小 2MB 以内。“ – the most bytes of an upload. */
export const maxImageBytes = 2_097_152;

/** Width times height: what a small file may unpack to. */
export const maxImagePixels = 25_000_000;

export const imageTypes = ['image/png', 'image/jpeg'] as const;

export type ImageType = (typeof imageTypes)[number];

/** The ending of a stored file's name: the name alone says how it is to be served. */
export const imageEndings: Readonly<Record<ImageType, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg' };

const signatures: Readonly<Record<ImageType, readonly number[]>> = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
};

/** What the first bytes say, whatever the sender calls it. */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  return imageTypes.find((type) => signatures[type].every((byte, at) => bytes[at] === byte));
}

/** Where anybody gets the bytes: a path on this host. */
export function imageUrl(name: string): string {
  return `/images/${name}`;
}

export function imageTypeOfName(name: string): ImageType {
  return name.endsWith('.png') ? 'image/png' : 'image/jpeg';
}
