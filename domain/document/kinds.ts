/** The contract's „≤ 2 MB“. */
export const maxDocumentBytes = 2_097_152;

export const documentTypes = ['application/pdf', 'image/png', 'image/jpeg'] as const;

export type DocumentType = (typeof documentTypes)[number];

/** The ending a browser saves a document under. */
export const documentEndings: Readonly<Record<DocumentType, string>> = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
};

const signatures: Readonly<Record<DocumentType, readonly number[]>> = {
  // %PDF-
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
};

/** What the very first bytes say, whatever the sender calls it; nothing may stand before them. */
export function documentTypeOf(bytes: Uint8Array): DocumentType | undefined {
  return documentTypes.find((type) => signatures[type].every((byte, at) => bytes[at] === byte));
}

/** What the bytes of a document are sealed about. */
export function documentAbout(id: string): string {
  return `documents.content:${id}`;
}
