import { ModelError } from "../../errors.ts";
import { type JsonValue, parseJson, quote } from "../bytes/json.ts";
import type { LabelMap } from "../pipelineConfig/detectionApiSidecar.ts";
import { labelMapOf, type NamedId } from "./labelMapOf.ts";

const LIMITS = { depth: 8, values: 200_000 };

/**
 * COCO's annotations, of which only the categories are read; or the list of categories itself, a list of names, or
 * an object of names by id.
 */
export function parseCategories(bytes: Uint8Array, where: string): LabelMap {
  const json = parseJson(memberOf(bytes, "categories") ?? bytes, where, LIMITS);
  const categories = json instanceof Map ? (json.get("names") ?? json) : json;
  if (categories instanceof Map) {
    const items = [...categories].map(([key, name]) => ({ id: idOf(key, where), name: nameOf(name, where) }));
    return labelMapOf(items, where);
  }
  const list: readonly JsonValue[] = Array.isArray(categories) ? categories : [];
  const areNames = list.every((name) => typeof name === "string");
  const items = list.map((category, i): NamedId => {
    if (areNames) return { id: i + 1, name: nameOf(category, where) };
    const place = `${where} category ${i}`;
    if (category instanceof Map) {
      return { id: idOf(category.get("id"), place), name: nameOf(category.get("name"), place) };
    }
    throw new ModelError({ where: place, expected: "an object with id and name", got: "something else" });
  });
  return labelMapOf(items, where, areNames);
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPENING, CLOSING] = [
  [0x5b, 0x7b],
  [0x5d, 0x7d],
];

/**
 * The bytes of a member's list in the outermost object. Annotations have millions of values, which are passed over
 * without being read. Undefined if there is none.
 */
function memberOf(bytes: Uint8Array, key: string): Uint8Array | undefined {
  const codes = new TextEncoder().encode(`"${key}"`);
  let depth = 0;
  let start: number | undefined;
  let isWanted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      const from = i;
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
      if (depth === 1)
        isWanted = codes.length === i - from + 1 && codes.every((code, k) => bytes[from + k] === code);
    } else if (OPENING.includes(byte)) {
      if (depth === 1 && isWanted) start = i;
      depth++;
    } else if (CLOSING.includes(byte)) {
      depth--;
      if (depth === 1 && start !== undefined) return bytes.subarray(start, i + 1);
    }
  }
  return undefined;
}

function idOf(value: JsonValue | undefined, where: string): number {
  const id = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return id;
  throw new ModelError({ where, expected: "an id from 0", got: describe(value) });
}

function nameOf(value: JsonValue | undefined, where: string): string {
  if (typeof value === "string") return value;
  throw new ModelError({ where, expected: "a name", got: describe(value) });
}

function describe(value: JsonValue | undefined): string {
  if (typeof value === "string") return quote(value);
  return typeof value === "object" && value !== null ? "a list or an object" : String(value ?? "nothing");
}
