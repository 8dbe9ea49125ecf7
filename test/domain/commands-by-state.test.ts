import { draftMachine } from '../../domain/market/draft-states';
import { listingMachine } from '../../domain/mall/listing-states';
import { merchantMachine } from '../../domain/merchant/states';
import { paymentMachine } from '../../domain/payment/states';
import { productMachine } from '../../domain/product/states';
import { purchaseMachine } from '../../domain/purchase/states';
import { reviewMachine } from '../../domain/review/states';
import { feeMachine } from '../../domain/seller/fee-states';
import { onboardingMachine } from '../../domain/seller/onboarding-states';
import { verificationMachine } from '../../domain/seller/verification-states';
import { DomainError } from '../../domain/shared/errors';
import {
  allowedCommands,
  allows,
  alreadyReached,
  transition,
  type StateMachine,
} from '../../domain/shared/state-machine';
import { allocationMachine } from '../../domain/stock/allocation-states';
import { commodityMachine } from '../../domain/stock/states';
import { subStockMachine } from '../../domain/stock/sub-stock-states';

type AnyMachine = StateMachine<string, string, string>;

/** Written by hand from the guides and the contract: state, then each command that people may give there → the state after it. */
const machines: Readonly<Record<string, { readonly machine: AnyMachine; readonly table: string }>> = {
  purchase: {
    machine: purchaseMachine,
    table: `awaiting_payment pay→paid cancel→cancelled | paid | stocked close→closed | closed | cancelled | expired`,
  },
  payment: {
    machine: paymentMachine,
    table: `created | awaiting_payer | processing refund→refunding | succeeded refund→succeeded | cancelled
      | refunding refund→refunding | refunded refund→refunding`,
  },
  commodity: {
    machine: commodityMachine,
    table: `draft edit→draft codes→draft complete→online discard→discarded | online codes→online take-offline→offline
      | offline codes→offline increase-stock→offline bring-online→online | expired | discarded`,
  },
  stock_allocation: {
    machine: allocationMachine,
    table: `awaiting_confirmation confirm→confirmed cancel→cancelled | confirmed | cancelled | expired`,
  },
  sub_stock: {
    machine: subStockMachine,
    table: `online take-offline→offline
      | offline edit→offline restock→offline return→offline delete→deleted bring-online→online | deleted`,
  },
  listing: {
    machine: listingMachine,
    table: `offline bring-online→online edit→offline void→void | online take-offline→offline | void`,
  },
  seller_onboarding: {
    machine: onboardingMachine,
    table: `enterprise_verification submit_verification→enterprise_verification enter_amount→enterprise_verification
        withdraw_verification→enterprise_verification
      | company_information submit_information→company_information | certification_fee defer_fee→seller_centre
      | seller_centre | complete`,
  },
  enterprise_verification: {
    machine: verificationMachine,
    table: `submitted submit→in_progress | in_progress transfer-amount→in_progress withdraw→withdrawn
      | in_review withdraw→withdrawn | action_needed submit→in_progress | withdrawn submit→in_progress | met`,
  },
  certification_fee: { machine: feeMachine, table: `unpaid pay→paying | paying pay→paying | paid | expired` },
  merchant_id: {
    machine: merchantMachine,
    table: `submitted | in_review | verify_account verify-account→in_review | to_sign | rejected resubmit→submitted
      | opened | frozen`,
  },
  review: {
    machine: reviewMachine,
    table: `waiting claim→claimed reassign→claimed decide→decided
      | claimed release→waiting reassign→claimed decide→decided | decided | withdrawn`,
  },
  draft: {
    machine: draftMachine,
    table: `editing edit→editing submit→in_review | in_review withdraw→editing
      | changes_requested edit→changes_requested submit→in_review`,
  },
  product: {
    machine: productMachine,
    table: `draft edit→draft submit→in_review | in_review withdraw→draft
      | changes_requested edit→changes_requested submit→in_review | rejected edit→draft
      | approved edit→approved submit→approved withdraw→approved list→listed
      | listed edit→listed submit→listed withdraw→listed unlist→unlisted
      | unlisted edit→unlisted submit→unlisted withdraw→unlisted list→listed`,
  },
};

const rowsOf = (table: string): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  Object.fromEntries(
    table.split('|').map((row) => {
      const [state = '', ...edges] = row.trim().split(/\s+/);
      return [state, Object.fromEntries(edges.map((edge) => edge.split('→') as [string, string]))];
    }),
  );

const cases = Object.entries(machines).flatMap(([name, { machine, table }]) =>
  Object.entries(rowsOf(table)).flatMap(([state, edges]) =>
    machine.commands.map((command) => ({ name, machine, state, command, to: edges[command] ?? null, edges })),
  ),
);

function refusal(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('every state and every command', () => {
  it('are in the table, machine by machine, and no others', () => {
    for (const [name, { machine, table }] of Object.entries(machines)) {
      const rows = rowsOf(table);
      expect([name, Object.keys(rows).sort()]).toEqual([name, Object.keys(machine.transitions).sort()]);
      const named = new Set(Object.values(rows).flatMap((edges) => Object.keys(edges)));
      expect([name, [...named].sort()]).toEqual([name, [...machine.commands].sort()]);
    }
    expect(cases.length).toBeGreaterThan(200);
  });

  it.each(cases)('$name in $state: $command', ({ machine, state, command, to, edges }) => {
    expect(allows(machine, state, command)).toBe(to !== null);
    const offered = allowedCommands(machine, state);
    expect([...offered].sort()).toEqual(Object.keys(edges).sort());
    if (to !== null) {
      expect(transition(machine, state, command)).toBe(to);
      // What can still be done is not done already.
      expect(alreadyReached(machine, state, command)).toBe(false);
      return;
    }
    const { code, facts } = refusal(() => transition(machine, state, command));
    expect({ code, facts }).toEqual({ code: 'WRONG_STATE', facts: { state, allowed: offered } });
  });
});

describe.each(Object.entries(machines))('the table of %s', (_, { machine }) => {
  const states = Object.keys(machine.transitions);

  it('leads to states it knows, and to each of them from the first', () => {
    const reached = new Set([machine.initial]);
    for (const state of reached)
      for (const to of Object.values(machine.transitions[state] ?? {})) if (to !== undefined) reached.add(to);
    expect([...reached].sort()).toEqual([...states].sort());
  });

  it('counts a command as done only where an edge of it has led', () => {
    for (const command of machine.commands) {
      const targets = states.map((state) => machine.transitions[state]?.[command]).filter((to) => to !== undefined);
      const reached = machine.reachedBy[command] ?? [];
      // A purchase that is paid is stocked in the same moment; a proof that is given may meet all there was to prove.
      const elsewhere = reached.filter((state) => !targets.includes(state) && !['stocked', 'met'].includes(state));
      expect([command, elsewhere]).toEqual([command, []]);
    }
  });
});
