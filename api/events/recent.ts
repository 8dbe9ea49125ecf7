import type { ChangeRow } from '../../db/change/feed';
import { changeFrame } from './frames';

/** A change, and the text every client is told it by. */
export interface Told {
  readonly row: ChangeRow;
  readonly frame: string;
}

/** So many changes a client that comes back is told without asking the database. */
export const keptChanges = 10_000;

/** The newest part of the feed: every change behind `floor`, up to and with `last`. */
export class Recent {
  private readonly told: Told[] = [];
  private at: { floor: number; last: number };

  constructor(newest: readonly ChangeRow[], last: number) {
    this.at = { floor: (newest[0]?.seq ?? last + 1) - 1, last };
    this.add(newest);
  }

  get floor(): number {
    return this.at.floor;
  }

  get last(): number {
    return this.at.last;
  }

  add(rows: readonly ChangeRow[]): Told[] {
    const added = rows.map((row) => ({ row, frame: changeFrame(row) }));
    this.told.push(...added);
    const dropped = this.told.splice(0, Math.max(0, this.told.length - keptChanges));
    this.at = { floor: dropped.at(-1)?.row.seq ?? this.floor, last: rows.at(-1)?.seq ?? this.last };
    return added;
  }

  /** The oldest changes behind `position`, which must not lie below the floor. */
  after(position: number, limit: number): readonly Told[] {
    let from = 0;
    let to = this.told.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.told[middle]?.row.seq ?? 0) > position) to = middle;
      else from = middle + 1;
    }
    return this.told.slice(from, from + limit);
  }
}
