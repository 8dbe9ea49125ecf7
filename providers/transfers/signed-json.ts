import { z } from 'zod';
import { transferStates, type CorporateTransfers, type TransferState } from '../../domain/ports/corporate-transfers';
import type { Surroundings } from '../http/caller';
import { parsed } from '../http/parsed';
import { SignedJson, type SignedJsonSettings } from '../signed-json/client';

const answer = z.object({ state: z.enum(transferStates) });

/** Small sums to corporate accounts, by signed JSON: `POST /transfers`, `POST /transfers/query`. */
export function createTransfers(settings: SignedJsonSettings, around: Surroundings = {}): CorporateTransfers {
  const party = new SignedJson('transfers', settings, around);
  const read = (body: unknown): TransferState => parsed(answer, body).state;
  return {
    send: ({ reference, accountName, accountNumber, bankName, branchName, location, amountFen }) =>
      party.ask({
        path: '/transfers',
        body: { reference, accountName, accountNumber, bankName, branchName, location, amountFen },
        read,
      }),
    query: (reference) =>
      party.ask<TransferState | 'unknown'>({
        path: '/transfers/query',
        body: { reference },
        read,
        meanings: new Map([['UNKNOWN', 'unknown']]),
      }),
  };
}
