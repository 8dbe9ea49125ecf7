import fc from 'fast-check';
import { rows } from '../../db/connection';
import { marketProductById } from '../../db/product/queries';
import { DomainError } from '../../domain/shared/errors';
import { ProductRoom } from '../support/product-room';

/**
 * Nothing is published that was not approved, and what was published stays while its change is in review. Random acts of
 * seller, reviewer and operator upon one product, in any order; whatever the rows refuse changes nothing.
 */
const acts = [
  'edit',
  'submit',
  'withdraw',
  'approve',
  'request_changes',
  'reject',
  'list',
  'unlist',
  'takeDown',
] as const;
type Act = (typeof acts)[number];

let room: ProductRoom;
beforeAll(async () => {
  room = await ProductRoom.furnish();
});
afterAll(() => room.database.drop());

/** One product, and beside it what is known to have been approved of it: last of all, and since the last listing. */
class Walk {
  private approved: string | null = null;
  private listed = false;
  private n = 0;

  private constructor(private readonly id: string) {}

  static async begin(): Promise<Walk> {
    return new Walk(await room.create({ name: '名称 0' }));
  }

  async does(act: Act): Promise<void> {
    const before = await room.row(this.id);
    const inReview = before.submissionId;
    try {
      const done = await this.act(act, inReview);
      if (done && act === 'approve') this.approved = before.draft.name;
      if (act === 'list') this.listed = true;
      if (act === 'unlist' || act === 'takeDown') this.listed = false;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // When it is expected is a matter of the clock.
      const { expectedAt: _now, ...after } = await room.row(this.id);
      const { expectedAt: _then, ...stood } = before;
      expect(after).toEqual(stood);
    }
    await this.holds();
  }

  private async act(act: Act, inReview: string | null): Promise<boolean> {
    switch (act) {
      case 'edit':
        await room.edit(this.id, { name: `名称 ${++this.n}` });
        return true;
      case 'submit':
        await room.submit(this.id);
        return true;
      case 'withdraw':
        return (await room.withdraw(this.id)) !== null;
      case 'approve':
      case 'request_changes':
      case 'reject':
        if (inReview === null) return false;
        await room.decide(inReview, act);
        return true;
      case 'list':
        return room.list(this.id);
      case 'unlist':
        return room.unlist(this.id);
      case 'takeDown':
        return (await room.takeDown(this.id)) !== null;
    }
  }

  /** What buyers see is what was approved last, exactly while it is listed. */
  private async holds(): Promise<void> {
    const shown = await marketProductById(room.db, this.id);
    expect(shown?.body.name ?? null).toBe(this.listed ? this.approved : null);
    const { revision } = await room.row(this.id);
    expect(revision !== null).toBe(this.approved !== null);
  }

  /** Every revision was a submission that somebody approved, word for word. */
  async wasApproved(): Promise<void> {
    const strange = await rows(
      room.db,
      `select r.id from product_revisions r left join product_submissions s on s.id = r.submission_id
          left join reviews v on v.submission_id = s.id left join review_decisions d on d.id = v.decision_id
        where r.product_id = :id and (s.outcome, d.outcome, s.body = r.body) is distinct from ('approve', 'approve', true)`,
      { id: this.id },
    );
    expect(strange).toEqual([]);
  }
}

it('whatever is done in whatever order, buyers see what was approved last and nothing else', async () => {
  const often = fc.constantFrom<Act>(...acts, 'submit', 'approve', 'list', 'edit');
  await fc.assert(
    fc.asyncProperty(fc.array(often, { minLength: 5, maxLength: 25 }), async (steps) => {
      const walk = await Walk.begin();
      for (const step of steps) await walk.does(step);
      await walk.wasApproved();
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
