import { counted } from "../../support/counted.ts";
import type { Annotations } from "./annotations.ts";

const MAX_SHOWN = 5;
/** COCO's classes, and the last of their ids. */
const COCO_CLASSES = 80;
const LAST_ID = 90;

/** Category ids of results that the annotations do not have. */
export class UnknownCategories {
  private readonly ids = new Set<number>();
  private readonly unknown = new Set<number>();
  private count = 0;

  constructor(private readonly annotations: Annotations) {}

  see(id: number, isUnknown: boolean): void {
    this.ids.add(id);
    if (!isUnknown) return;
    this.unknown.add(id);
    this.count++;
  }

  notes(): string[] {
    if (this.count === 0) return [];
    const known = this.annotations.categories.map(({ id }) => id);
    const which = `${shown([...this.unknown])}; theirs are ${shown(known)}`;
    return [
      `${counted(this.count, "result")} of categories that the annotations do not have (${which}): left out`,
      ...this.shift(),
    ];
  }

  /** Eighty classes in a row, where the annotations have COCO's ids with gaps, or the reverse. */
  private shift(): string[] {
    const { categories } = this.annotations;
    if (categories.length !== COCO_CLASSES) return [];
    const known = categories.map(({ id }) => id);
    const [first, last] = rangeOf(known);
    const [least, most] = rangeOf(this.ids);
    if (last - first < COCO_CLASSES && most > last && most <= LAST_ID) {
      return [
        `category ids look like COCO's (1 to 90 with gaps), not classes in a row (${first} to ${last}): map them`,
      ];
    }
    // COCO's ids up to 80 have gaps: an unknown one is there.
    if (!known.includes(LAST_ID) || most > COCO_CLASSES) return [];
    const range = least === 0 ? "0 to 79" : "1 to 80";
    return [
      `category ids look like classes in a row (${range}), not COCO's ids (1 to 90 with gaps): map them`,
    ];
  }
}

/** The least and the largest: of any number of ids, which arguments of a call are not. */
function rangeOf(ids: Iterable<number>): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const id of ids) [least, most] = [Math.min(least, id), Math.max(most, id)];
  return [least, most];
}

function shown(ids: readonly number[]): string {
  if (ids.length === 0) return "none";
  const sorted = [...ids].sort((a, b) => a - b);
  return `${sorted.slice(0, MAX_SHOWN).join(", ")}${sorted.length > MAX_SHOWN ? ", …" : ""}`;
}
