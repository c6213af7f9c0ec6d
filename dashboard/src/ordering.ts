import type { SessionView } from './data';

export type Compare = (a: SessionView, b: SessionView) => number;
export type Keep = (session: SessionView) => boolean;

/** More than this share of the rows changed: sorting them all is cheaper than merging. */
const MERGED_SHARE = 0.25;

/**
 * A filtered and sorted list that follows its source. Only rows that are another object than before are looked at, taken
 * out and merged in again, so that a change among ten thousand costs a walk, not a sort. The list is the same object as
 * long as nothing in it changed.
 */
export class Ordering {
  #compare: Compare | null = null;
  #keep: Keep | null = null;
  #source: readonly SessionView[] = [];
  #known = new Map<string, SessionView>();
  #rows: readonly SessionView[] = [];

  update(source: readonly SessionView[], compare: Compare, keep: Keep): readonly SessionView[] {
    const sameRule = compare === this.#compare && keep === this.#keep;
    if (sameRule && source === this.#source) return this.#rows;
    [this.#source, this.#compare, this.#keep] = [source, compare, keep];
    const changed = source.filter((session) => this.#known.get(session.id) !== session);
    if (!sameRule || changed.length > source.length * MERGED_SHARE) return this.#sortAll(source, compare, keep);

    const touched = new Set(changed.map((session) => session.id));
    for (const session of changed) this.#known.set(session.id, session);
    if (this.#known.size > source.length) this.#forget(source, touched);
    const fresh = changed.filter(keep).sort(compare);
    const kept = touched.size === 0 ? this.#rows : this.#rows.filter((session) => !touched.has(session.id));
    if (fresh.length > 0 || kept.length < this.#rows.length) this.#rows = merge(kept, fresh, compare);
    return this.#rows;
  }

  #sortAll(source: readonly SessionView[], compare: Compare, keep: Keep): readonly SessionView[] {
    this.#known = new Map(source.map((session) => [session.id, session]));
    return (this.#rows = source.filter(keep).sort(compare));
  }

  #forget(source: readonly SessionView[], touched: Set<string>): void {
    const present = new Set(source.map((session) => session.id));
    for (const id of this.#known.keys()) {
      if (present.has(id)) continue;
      this.#known.delete(id);
      touched.add(id);
    }
  }
}

/** Both are in order: each fresh one finds its place by halves, and what lies between is copied as it is. */
function merge(kept: readonly SessionView[], fresh: readonly SessionView[], compare: Compare): readonly SessionView[] {
  const merged: SessionView[] = [];
  let copied = 0;
  for (const session of fresh) {
    let [low, high] = [copied, kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(kept[middle]!, session) < 0) low = middle + 1;
      else high = middle;
    }
    for (; copied < low; copied++) merged.push(kept[copied]!);
    merged.push(session);
  }
  for (; copied < kept.length; copied++) merged.push(kept[copied]!);
  return merged;
}
