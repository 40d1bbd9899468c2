/** What the entries of annotations and results have in common: their members, and the values of some. */
import { CLOSE_BRACE, type JsonBytes, type KeyTable, OPEN_BRACE } from "../json/jsonBytes.ts";

/** @throws UsageError unless the entry's bbox has four numbers; `length` is negative if there is none. */
export function checkBox(json: JsonBytes, length: number): void {
  if (length === 4) return;
  const hint = length === 5 || length === 8 ? "Oriented boxes are not evaluated." : undefined;
  json.fail("a bbox [x, y, width, height]", length < 0 ? "none" : `${length} numbers`, hint);
}

/** Reads an object; `read` must consume each member's value. @throws UsageError for a known key that is repeated. */
export function eachMember(json: JsonBytes, keys: KeyTable, read: (key: number) => void): void {
  if (json.peek() !== OPEN_BRACE) json.fail("an object");
  json.position++;
  json.member = "";
  let seen = 0;
  for (let isFirst = true; json.peek() !== CLOSE_BRACE; isFirst = false) {
    json.separator(isFirst);
    const key = json.key(keys);
    if (key >= 0) {
      if (seen & (1 << key)) json.fail(`${keys.names[key]} once`, "it twice");
      seen |= 1 << key;
    }
    json.peek();
    json.member = key < 0 ? "" : keys.names[key];
    read(key);
    json.member = "";
  }
  json.position++;
}

/** Width or height of an image; undefined for what is no number, because only a note needs it. */
export function readSide(json: JsonBytes): number | undefined {
  if (json.isNumber()) return json.number();
  json.skip();
  return undefined;
}

/** A number or a word; 0, false and null count as no. */
export function readTruthy(json: JsonBytes): boolean {
  const first = json.peek();
  if (first === 0x74 || first === 0x66 || first === 0x6e) return json.word() === true;
  return json.number() !== 0;
}
