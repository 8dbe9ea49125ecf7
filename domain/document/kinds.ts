/** The contract's „≤ 2 MB“. */
export const maxDocumentBytes = 2_097_152;

/** What a person can hold against a form: licences and proofs (api.md §4). */
const evidenceTypes = ['application/pdf', 'image/png', 'image/jpeg'] as const;

/** What the document of a product may be beside them: Word, PowerPoint, ZIP or RAR (domain.md §2.7). */
const fileTypes = [
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/zip',
  'application/vnd.rar',
] as const;

export const documentTypes = [...evidenceTypes, ...fileTypes] as const;

export type DocumentType = (typeof documentTypes)[number];

/** How the bytes of a type begin and, where several begin alike, what else stands in them; a character is a byte. */
interface Format {
  /** The ending a browser saves a document under. */
  readonly ending: string;
  readonly begins: string;
  readonly contains?: string;
}

/** MS-CFB 2.2; its directory names what is in it, in UTF-16. */
const compound = '\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1';
const stream = (name: string) => name.replace(/./g, '$&\0');
/** The local header of the first file (APPNOTE 4.3.7); names of files are not packed. */
const archive = 'PK\u0003\u0004';

const formats: Readonly<Record<DocumentType, Format>> = {
  'application/pdf': { ending: 'pdf', begins: '%PDF-' },
  'image/png': { ending: 'png', begins: '\u0089PNG\r\n\u001a\n' },
  'image/jpeg': { ending: 'jpg', begins: '\u00ff\u00d8\u00ff' },
  'application/msword': { ending: 'doc', begins: compound, contains: stream('WordDocument') },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': {
    ...{ ending: 'docx', begins: archive, contains: 'word/document.xml' },
  },
  'application/vnd.ms-powerpoint': { ending: 'ppt', begins: compound, contains: stream('PowerPoint Document') },
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': {
    ...{ ending: 'pptx', begins: archive, contains: 'ppt/presentation.xml' },
  },
  'application/zip': { ending: 'zip', begins: archive },
  'application/vnd.rar': { ending: 'rar', begins: 'Rar!\u001a\u0007' },
};

/**
 * The type the sender says, where the bytes (a character each) are of it; nothing may stand before them. What is in an
 * archive is not looked at: nobody opens it here, and nothing of it is ever shown.
 */
export function documentTypeOf(said: string, bytes: string): DocumentType | undefined {
  const type = documentTypes.find((one) => one === said);
  if (type === undefined) return undefined;
  const { begins, contains } = formats[type];
  if (!bytes.startsWith(begins)) return undefined;
  // rule: office-documents-are-what-they-say
  return contains === undefined || bytes.includes(contains) ? type : undefined;
}

export function documentEnding(type: DocumentType): string {
  return formats[type].ending;
}

/** Reviewers and channels look at it beside a form. */
export function isEvidence(type: DocumentType): boolean {
  return evidenceTypes.some((one) => one === type);
}

export const evidenceWords = 'no such document that is a pdf, png or jpeg';

/** What the bytes of a document are sealed about. */
export function documentAbout(id: string): string {
  return `documents.content:${id}`;
}
