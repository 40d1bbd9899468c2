import { quote } from "../bytes/json.ts";

/**
 * What a pickle can hold here: data, and the few objects that the reader of a format makes itself. Nothing is
 * built by name, and dictionaries are Maps: a key `__proto__` is a key like any other. A list or dictionary
 * may hold itself, so nothing may walk down a value without bounds.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleTuple
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject;

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** `collections.OrderedDict`; a plain dictionary is a Map. */
export class OrderedDict extends Map<PickleValue, PickleValue> {}

/** A Python name that a pickle may mention: it stands for itself, or for a function of this project. */
export class PickleGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
    /** What REDUCE calls; `where` is the place in the file. Throws ModelError for arguments that do not fit. */
    readonly call?: (args: readonly PickleValue[], where: string) => PickleValue,
  ) {}
}

/** What functions of allowed globals return beyond data. */
export abstract class PickleObject {
  /** With its article, as errors name it. */
  abstract readonly kind: string;
}

/** As errors name it. */
export function describePickleValue(value: PickleValue): string {
  if (value === null) return "None";
  if (typeof value === "string") return `text ${quote(value)}`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "bigint") return `the number ${shortened(value)}`;
  if (value instanceof PickleTuple) return `a tuple of ${value.items.length}`;
  if (value instanceof PickleGlobal) return `the global ${value.module}.${value.name}`;
  if (value instanceof PickleObject) return value.kind;
  return Array.isArray(value) ? `a list of ${value.length}` : `a dictionary of ${value.size}`;
}

function shortened(value: bigint): string {
  const digits = String(value);
  return digits.length > 40 ? `${digits.slice(0, 37)}...` : digits;
}
