import type { BenefitKind, Validity } from '../../domain/catalogue/benefit';
import { run, type Trx } from '../connection';
import { newId } from '../new-id';

export interface NewBenefit {
  readonly id?: string;
  readonly name: string;
  readonly kind: BenefitKind;
  readonly priceFen: number;
  readonly validity: Validity | null;
  readonly exchangeNotes: string;
}

export async function addBenefit(trx: Trx, benefit: NewBenefit): Promise<string> {
  const id = benefit.id ?? newId('benefit');
  await run(
    trx,
    `insert into benefits (id, name, kind, price_fen, validity_days, exchange_notes)
     values (:id, :name, :kind, :priceFen, :validityDays, :exchangeNotes)`,
    { ...benefit, id, validityDays: benefit.validity?.days ?? null },
  );
  return id;
}
