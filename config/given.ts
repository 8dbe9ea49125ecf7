import { readFileSync } from 'node:fs';

/** What the parts of the configuration that speak to outside parties have in common. */

/** Is told each variable or file that is not what it should be; never what is in it. */
export type TellFault = (text: string) => void;

/** A secret from its variable, or from the file that the variable of the same name with _FILE names; empty without. */
export function secretText(given: Readonly<Record<string, unknown>>, name: string, fault: TellFault): string {
  const [value, file] = [given[name], given[`${name}_FILE`]];
  if (typeof value === 'string') return value;
  return typeof file === 'string' ? fileText(`${name}_FILE`, file, fault) : '';
}

export function fileText(name: string, file: string, fault: TellFault): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    fault(`${name}: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    return '';
  }
}

export function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

export const baseRule = 'an http(s) URL without query and without a slash at its end';

export function isBase(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^?#]+[^/?#]$/.test(text);
}

/** Another machine, and nobody between: what is asked of an outside party in production. */
export function isAwayAndPrivate(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' && !/^(?:localhost|127\..+|0\.0\.0\.0|\[.*\]|.+\.localhost)$/.test(hostname);
}

/**
 * Each of `needed` must be given; of several names in one entry exactly one.
 * @returns a fault for each entry of which that is not so
 */
export function wholeness(
  given: Readonly<Record<string, unknown>>,
  needed: readonly (readonly string[])[],
  whose: string,
): string[] {
  return needed.flatMap(([name = '', other]) => {
    const count = [name, other].filter((each) => each !== undefined && given[each] !== undefined).length;
    const either = other === undefined ? '' : ` or ${other}`;
    if (count === 0) return [`${name}: expected it${either}, since others of ${whose} are given`];
    return count === 2 ? [`${name}: expected it${either}, not both`] : [];
  });
}
