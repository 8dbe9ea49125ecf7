/** Of a product's video (domain.md §2.7, newest image form): mp4, at most 100 MB. */
export const maxVideoBytes = 104_857_600;

/** The most that is sent at once: what comes too slowly is cut off, and what is cut off need only go on. */
export const maxPieceBytes = 4_194_304;

export const videoType = 'video/mp4';

/** In pixels (domain.md §2.7). */
export const videoSize = { width: 1280, height: 720 } as const;

/** Of a seller's videos that are on their way the newest stay: what was given up makes room. */
export const mostUnfinished = 3;

/** All of a seller's videos together: 2 GiB. */
export const maxBytesOfSeller = 2_147_483_648;

/** Where anybody gets the bytes of a stored video: a path on this host. */
export function videoUrl(name: string): string {
  return `/videos/${name}`;
}
