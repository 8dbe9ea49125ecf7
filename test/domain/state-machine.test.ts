import fc from 'fast-check';
import { caseStates, turns } from '../../domain/case/states';
import { purchaseMachine, purchaseStanding, purchaseStates, type PurchaseAct } from '../../domain/purchase/states';
import { DomainError } from '../../domain/shared/errors';
import { allocationMachine, allocationStanding, allocationStates } from '../../domain/stock/allocation-states';
import {
  allowedCommands,
  allows,
  alreadyReached,
  isFinal,
  transition,
  wrongState,
  type StateMachine,
} from '../../domain/shared/state-machine';

/** Every machine of the product with where its cases stand. A new one adds its line. */
const machines: Readonly<
  Record<
    string,
    {
      readonly machine: StateMachine<string, string, string>;
      readonly states: readonly string[];
      readonly standing: Readonly<Record<string, { readonly state: string; readonly whoseTurn: string }>>;
    }
  >
> = {
  purchase: {
    machine: purchaseMachine,
    states: purchaseStates,
    standing: purchaseStanding,
  },
  stock_allocation: {
    machine: allocationMachine,
    states: allocationStates,
    standing: allocationStanding,
  },
};

function refusal(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe.each(Object.entries(machines))('the table of %s', (_, { machine, states, standing }) => {
  it('names every state and no other', () => {
    expect(Object.keys(machine.transitions).sort()).toEqual([...states].sort());
    const targets = states.flatMap((state) => Object.values(machine.transitions[state] ?? {}));
    expect(targets.filter((target) => target === undefined || !states.includes(target))).toEqual([]);
  });

  it('reaches every state from the first', () => {
    const reached = new Set([machine.initial]);
    for (const state of reached)
      for (const to of Object.values(machine.transitions[state] ?? {})) if (to !== undefined) reached.add(to);
    expect([...reached].sort()).toEqual([...states].sort());
  });

  it('leads from every state to an end', () => {
    const leadsToEnd = new Set(states.filter((state) => isFinal(machine, state)));
    for (let before = -1; before !== leadsToEnd.size;) {
      before = leadsToEnd.size;
      for (const state of states)
        if (Object.values(machine.transitions[state] ?? {}).some((to) => to !== undefined && leadsToEnd.has(to)))
          leadsToEnd.add(state);
    }
    expect(states.filter((state) => !leadsToEnd.has(state))).toEqual([]);
  });

  it('stands open exactly until it is final, and a case that is over is nobody’s turn', () => {
    for (const state of states) {
      const at = standing[state];
      expect(caseStates).toContain(at?.state);
      expect(turns).toContain(at?.whoseTurn);
      expect({ state, open: at?.state === 'open' }).toEqual({ state, open: !isFinal(machine, state) });
      if (at?.state !== 'open') expect(at?.whoseTurn).toBe('nobody');
    }
  });

  it('counts a command as reached only where an edge of it has led, and never offers it there', () => {
    for (const command of machine.commands) {
      const targets = states.map((state) => machine.transitions[state]?.[command]).filter((to) => to !== undefined);
      expect(targets.length).toBeGreaterThan(0);
      for (const to of targets) expect(alreadyReached(machine, to, command)).toBe(true);
      for (const state of machine.reachedBy[command] ?? []) expect(allows(machine, state, command)).toBe(false);
    }
  });

  it('keeps every walk of acts inside the table, and refuses the rest with what is allowed', () => {
    const acts = [...new Set(states.flatMap((state) => Object.keys(machine.transitions[state] ?? {})))];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 12 }), (walk) => {
        let state = machine.initial;
        for (const act of walk) {
          if (allows(machine, state, act)) state = transition(machine, state, act);
          else {
            const { code, facts } = refusal(() => transition(machine, state, act));
            expect({ code, facts }).toEqual({
              code: 'WRONG_STATE',
              facts: { state, allowed: allowedCommands(machine, state) },
            });
          }
          expect(states).toContain(state);
        }
      }),
    );
  });
});

describe('a purchase', () => {
  /** By hand, from the guide and the contract: what may happen where, and what people may do. */
  it.each<[(typeof purchaseStates)[number], Partial<Record<PurchaseAct, string>>, string[]]>([
    ['awaiting_payment', { pay: 'paid', cancel: 'cancelled', expire: 'expired' }, ['pay', 'cancel']],
    ['paid', { stock: 'stocked' }, []],
    ['stocked', { close: 'closed', close_unattended: 'closed' }, ['close']],
    ['closed', {}, []],
    ['cancelled', {}, []],
    ['expired', {}, []],
  ])('in %s', (state, edges, actions) => {
    const acts: PurchaseAct[] = ['pay', 'stock', 'cancel', 'expire', 'close', 'close_unattended'];
    for (const act of acts) {
      expect(allows(purchaseMachine, state, act)).toBe(edges[act] !== undefined);
      if (edges[act] !== undefined) expect(transition(purchaseMachine, state, act)).toBe(edges[act]);
      else expect(refusal(() => transition(purchaseMachine, state, act)).code).toBe('WRONG_STATE');
    }
    expect(allowedCommands(purchaseMachine, state)).toEqual(actions);
  });

  it('never leads back to before the payment: what is bought cannot be returned', () => {
    for (const state of ['paid', 'stocked', 'closed'] as const)
      for (const to of Object.values(purchaseMachine.transitions[state]))
        expect(['awaiting_payment', 'cancelled', 'expired']).not.toContain(to);
  });

  it('has nothing left to pay once stocked, but a closed one was not merely paid', () => {
    expect(alreadyReached(purchaseMachine, 'stocked', 'pay')).toBe(true);
    expect(alreadyReached(purchaseMachine, 'paid', 'pay')).toBe(true);
    expect(alreadyReached(purchaseMachine, 'closed', 'pay')).toBe(false);
    expect(alreadyReached(purchaseMachine, 'closed', 'close')).toBe(true);
    expect(alreadyReached(purchaseMachine, 'cancelled', 'cancel')).toBe(true);
    expect(alreadyReached(purchaseMachine, 'expired', 'cancel')).toBe(false);
  });

  it('tells where a refused case stands, with what else is known', () => {
    const { facts } = wrongState(purchaseMachine, 'stocked', { dueAt: null });
    expect(facts).toEqual({ state: 'stocked', allowed: ['close'], dueAt: null });
  });
});
