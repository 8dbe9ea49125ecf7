import { z } from 'zod';

/** Letters, digits, marks, signs: something a reader sees. */
const seen = /[^\p{C}\p{Z}\p{M}]/u;

/** Marks that turn the direction of what follows, beyond the text that holds them: `\u202egpj.exe` reads otherwise. */
const turning = /[\u202a-\u202e\u2066-\u2069]/;

/** Tabs and line breaks are writing; a bell is not. */
const controls = /[^\P{Cc}\t\n\r]/u;

/**
 * What a person typed to be read by others: without blanks around it, `least` (1) to `most` characters. A text of
 * invisible characters is as empty as one of blanks.
 */
export function words(most: number, least = 1) {
  return (
    z
      .string()
      .trim()
      .min(least)
      .max(most)
      // rule: words-can-be-seen
      // An empty text is told as too short, and not a second time.
      .refine((text) => text === '' || seen.test(text), 'needs characters that can be seen')
      // rule: words-do-not-turn
      .refine((text) => !turning.test(text), 'no marks that turn the direction of writing')
      // rule: words-have-no-control-characters
      .refine((text) => !controls.test(text), 'no control characters')
  );
}
