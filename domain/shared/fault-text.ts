import { faultTexts } from './catalogue/faults';
import { zodFaultTexts, zodWords } from './catalogue/zod-faults';
import type { Language } from './errors';

interface Wording {
  /** The whole of the English text; its groups are named as the places of the template. */
  readonly en: RegExp;
  readonly zh: string;
  /** Words that stand in the places, with their Chinese. */
  readonly words: Readonly<Record<string, string>>;
}

/** A body may have as many faults as fields: what is always the same is not searched for. */
const whole = new Map([...faultTexts, ...zodFaultTexts]);

const wordings: readonly Wording[] = [...wordingsOf(faultTexts, {}), ...wordingsOf(zodFaultTexts, zodWords)];

function wordingsOf(texts: typeof faultTexts, words: Wording['words']): Wording[] {
  return texts.filter(([en]) => en.includes('{')).map(([en, zh]) => ({ en: patternOf(en), zh, words }));
}

function patternOf(template: string): RegExp {
  const literal = template.replace(/[\\^$.*+?()[\]|]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replace(/\{(\w+)\}/g, '(?<$1>.+?)')}$`, 's');
}

/**
 * `errors[].message` as its reader is told it. Rows, runs and kept answers know the English text, as it was made where
 * the rule is: the language is that of whoever asks, now or much later. What has no Chinese stays English.
 */
export function faultText(english: string, language: Language): string {
  // rule: english-faults-stay-as-they-are
  if (language === 'en') return english;
  return whole.get(english) ?? filled(english) ?? english;
}

function filled(english: string): string | undefined {
  for (const { en, zh, words } of wordings) {
    const places = en.exec(english)?.groups;
    if (places === undefined) continue;
    return zh.replace(/\{(\w+)\}/g, (_, name: string) => {
      const told = places[name] ?? '';
      // rule: types-have-chinese-names
      return Object.hasOwn(words, told) ? (words[told] ?? told) : told;
    });
  }
  return undefined;
}
