import { UsageError } from "../../errors.ts";
import type { JsonBytes } from "../json/jsonBytes.ts";

/** COCO's images have numbers; other data sets have text. */
export type ImageId = number | string;

/** Half of what a Map may hold: more ids are an error before that. */
const MAX_IDS = 2 ** 23;

/** Numbers of things in the order of their first mention. */
export class IdTable<Id extends ImageId> {
  private readonly indices = new Map<Id, number>();
  readonly ids: Id[] = [];

  /** The id's index, a new one if it is new. @throws UsageError for more ids than memory is sure to hold. */
  add(id: Id, where: string): number {
    const known = this.indices.get(id);
    if (known !== undefined) return known;
    if (this.ids.length === MAX_IDS) {
      throw new UsageError({
        where,
        expected: `at most ${MAX_IDS} ids of images or categories`,
        got: "more",
      });
    }
    this.indices.set(id, this.ids.length);
    this.ids.push(id);
    return this.ids.length - 1;
  }

  /** Undefined if it was never added. */
  indexOf(id: Id): number | undefined {
    return this.indices.get(id);
  }
}

const QUOTE = 0x22;

/** An integer that a float64 holds exactly. */
export function readInteger(json: JsonBytes): number {
  if (json.peek() === QUOTE) json.fail("an integer");
  const value = json.number();
  if (!Number.isSafeInteger(value)) json.fail("an integer up to 2^53 - 1", String(value));
  // No -0.
  return value + 0;
}

export function readImageId(json: JsonBytes): ImageId {
  return json.peek() === QUOTE ? json.string() : readInteger(json);
}

/** As numbers or by code points, as Python sorts them. */
export function compareIds(a: ImageId, b: ImageId): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [[...String(a)], [...String(b)]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = (x[i].codePointAt(0) ?? 0) - (y[i].codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** For errors: text in quotes. */
export function showId(id: ImageId): string {
  return JSON.stringify(id);
}
