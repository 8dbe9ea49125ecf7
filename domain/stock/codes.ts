import { DomainError } from '../shared/errors';
import { maxCodeLength, maxCodesPerFile } from './limits';

/** One code of a file and the physical line it stands on, from 1. */
export interface Code {
  readonly line: number;
  readonly text: string;
}

/** Never the code itself: refusals are logged and shown. */
export interface CodeFault {
  readonly line: number;
  readonly code: 'DUPLICATE' | 'TOO_LONG' | 'EMPTY';
}

const messages: Readonly<Record<CodeFault['code'], string>> = {
  DUPLICATE: 'this code is there already',
  TOO_LONG: `more than ${maxCodeLength} characters`,
  EMPTY: 'no code',
};

/** More faulty lines than a person mends one by one are only counted. */
const faultsTold = 100;

/** CODES_REJECTED `{errors, rejected}`: the first faulty lines, and how many there are. */
export function codesRejected(faults: readonly CodeFault[]): DomainError {
  const told = [...faults].sort((a, b) => a.line - b.line).slice(0, faultsTold);
  return new DomainError('CODES_REJECTED', {
    errors: told.map(({ line, code }) => ({ path: `/${line}`, line, code, message: messages[code] })),
    rejected: faults.length,
  });
}

/**
 * The codes of a CDK file (domain.md §1.3: one code per line): line ends of any kind, blank lines and spaces around a
 * code are tolerated. A code has 1 to 128 characters of which one can be seen, and stands in the file once.
 *
 * @throws DomainError CODES_REJECTED with the lines, TOO_LARGE `{limitCodes}`
 */
export function parseCodes(file: string): Code[] {
  const codes: Code[] = [];
  const faults: CodeFault[] = [];
  const seen = new Set<string>();
  let line = 0;
  for (const text of linesOf(file)) {
    line += 1;
    if (text === '') continue;
    // rule: codes-per-file
    if (codes.length === maxCodesPerFile) throw new DomainError('TOO_LARGE', { limitCodes: maxCodesPerFile });
    const fault = faultOf(text, seen);
    if (fault !== undefined) faults.push({ line, code: fault });
    seen.add(text);
    codes.push({ line, text });
  }
  // rule: file-has-codes
  if (codes.length === 0) faults.push({ line: 1, code: 'EMPTY' });
  if (faults.length > 0) throw codesRejected(faults);
  return codes;
}

/** One at a time, trimmed: a file of nothing but line ends has millions of them. */
function* linesOf(file: string): Generator<string> {
  const ends = /\r\n|\n|\r/g;
  let from = 0;
  for (let end = ends.exec(file); end !== null; end = ends.exec(file)) {
    yield file.slice(from, end.index).trim();
    from = ends.lastIndex;
  }
  yield file.slice(from).trim();
}

function faultOf(text: string, seen: ReadonlySet<string>): CodeFault['code'] | undefined {
  // rule: codes-can-be-seen
  if (!/[^\p{C}\p{Z}]/u.test(text)) return 'EMPTY';
  // rule: code-length
  if (text.length > maxCodeLength && Array.from(text).length > maxCodeLength) return 'TOO_LONG';
  // rule: each-code-once
  return seen.has(text) ? 'DUPLICATE' : undefined;
}
