import { quote } from "../bytes/json.ts";

/**
 * The values that a pickle can hold here: data, and the few objects that a format's reader creates itself.
 * Nothing is created by name, and dictionaries are Maps, so `__proto__` is an ordinary key. A list or
 * dictionary may contain itself, so code must never descend into a value without a bound.
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
    /** Called by REDUCE; `where` is the position in the file. @throws ModelError for wrong arguments. */
    readonly call?: (args: readonly PickleValue[], where: string) => PickleValue,
  ) {}
}

/** Objects, beyond data, that functions of allowed globals return. */
export abstract class PickleObject {
  /** Its name in errors, with an article. */
  abstract readonly kind: string;
}

/**
 * An object that is not read: an instance of any class, a set, bytes. Only what it is called is kept; its class
 * is never looked up, let alone called.
 */
export class OpaqueObject extends PickleObject {
  constructor(readonly kind: string) {
    super();
  }
}

/** A class or function that is not read: a call of it is an opaque object. */
export class OpaqueGlobal extends PickleGlobal {
  constructor(module: string, name: string) {
    super(module, name, (args) => new OpaqueObject(`an object of ${instanceName(this, args)}`));
  }
}

/** Python creates many instances by a function of `copyreg`, whose first argument is the class. */
function instanceName({ module, name }: PickleGlobal, [type]: readonly PickleValue[]): string {
  const made = /^copy_?reg$/.test(module) && type instanceof PickleGlobal ? type : { module, name };
  return `${made.module}.${made.name}`;
}

/** Its name in errors. */
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
