import { z } from 'zod';
import { ProviderError } from '../../domain/ports/provider-error';
import type { Messages } from '../../domain/ports/messages';
import type { Surroundings } from '../http/caller';
import { parsed } from '../http/parsed';
import { SignedJson, type SignedJsonSettings } from '../signed-json/client';

const answer = z.object({ id: z.string() });

/** Mail and SMS, by signed JSON: `POST /messages`. */
export function createMessages(settings: SignedJsonSettings, around: Surroundings = {}): Messages {
  const party = new SignedJson('messages', settings, around);
  return {
    send: ({ id, channel, to, subject, text }) =>
      party.ask<void>({
        path: '/messages',
        body: { id, channel, to, subject, text },
        read: (body) => {
          if (parsed(answer, body).id !== id) throw new ProviderError('untrusted', 'OTHER_MESSAGE');
        },
      }),
  };
}
