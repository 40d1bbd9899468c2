import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { describePickleValue, OpaqueObject, PickleTuple, type PickleValue } from "./pickleValue.ts";
import { TorchTensor } from "./torchObjects.ts";

/** The tensors of a state dict, in its order, and the text and numbers stored beside it. */
export interface TorchVariables {
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

type Dictionary = Map<PickleValue, PickleValue>;

const MAX_TENSORS = 20_000;
const MAX_FACTS = 100;
const STATE_DICT = "state_dict";

/**
 * Finds the state dict in the saved object: the object itself, or the only dictionary of tensors in it, or if
 * there are several, the one named `state_dict`. An optimizer's state lies deeper and does not count.
 */
export function torchVariables(object: PickleValue, where: string): TorchVariables {
  const dictionary = object instanceof Map ? findStateDict(object, where) : undefined;
  if (object instanceof Map && dictionary) {
    return { tensors: tensorsOf(dictionary, where), metadata: factsOf(object) };
  }
  throw noStateDict(where, describeWithoutStateDict(object));
}

function findStateDict(object: Dictionary, where: string): Dictionary | undefined {
  if (holdsTensors(object)) return object;
  // A set, because one dictionary can occur under many keys.
  const values = new Set([...object.values()].filter((value) => value instanceof Map));
  const candidates = [...values].filter(holdsTensors);
  if (candidates.length <= 1) return candidates[0];
  const named = candidates.find((value) => value === object.get(STATE_DICT));
  if (named) return named;
  throw noStateDict(where, `${candidates.length} dictionaries of tensors, none of them called ${STATE_DICT}`);
}

function holdsTensors(dictionary: Dictionary): boolean {
  for (const value of dictionary.values()) if (value instanceof TorchTensor) return true;
  return false;
}

function tensorsOf(dictionary: Dictionary, where: string): ReadonlyMap<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  for (const [key, value] of dictionary) {
    if (!(value instanceof TorchTensor)) continue;
    if (typeof key !== "string") {
      throw new ModelError({ where, expected: "a tensor's name", got: describePickleValue(key) });
    }
    tensors.set(key, value);
  }
  if (tensors.size <= MAX_TENSORS) return tensors;
  throw new ModelError({ where, expected: `at most ${MAX_TENSORS} tensors`, got: String(tensors.size) });
}

/** Simple values to show, such as `epoch` and `arch`. */
function factsOf(dictionary: Dictionary): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const [key, value] of dictionary) {
    if (facts.size >= MAX_FACTS) break;
    const isFact = ["string", "number", "boolean"].includes(typeof value);
    if (isFact && typeof key === "string") facts.set(key, String(value));
  }
  return facts;
}

function noStateDict(where: string, got: string): ModelError {
  const expected = "a state dict, or a dictionary with one";
  return new ModelError({ where, expected, got, hint: "Save model.state_dict()." });
}

/** What a saved object is that has no state dict where one is looked for. */
function describeWithoutStateDict(object: PickleValue): string {
  if (object instanceof TorchTensor) return "one tensor without a name";
  const what = describePickleValue(object);
  if (object instanceof OpaqueObject) return `${what}, which is not read`;
  const { tensors, firstTensor, firstObject } = searchDeeply(object);
  if (firstTensor) {
    const isNamed = object instanceof Map || firstTensor.length > 1;
    const many = tensors === 1 ? "one tensor" : `${tensors} tensors`;
    return isNamed
      ? `${what} with ${many} deeper inside, as at ${placeOf(firstTensor)}`
      : `${what} with ${many} without names`;
  }
  const other = firstObject && `, but ${firstObject.kind} at ${placeOf(firstObject.path)}, which is not read`;
  return `${what} that holds no tensors${other ?? ""}`;
}

/** The keys and positions that lead to a value, outermost first. */
type Path = readonly PickleValue[];

interface Found {
  tensors: number;
  firstTensor?: Path;
  firstObject?: { readonly kind: string; readonly path: Path };
}

/** A longer path is not shown, and a file of nested lists must not cost its square. */
const MAX_PATH = 8;

/** Visits every list, tuple and dictionary once, the outer ones first. */
function searchDeeply(object: PickleValue): Found {
  const found: Found = { tensors: 0 };
  const seen = new Set<PickleValue>([object]);
  const waiting: { value: PickleValue; path: Path }[] = [{ value: object, path: [] }];
  for (const { value, path } of waiting) {
    if (value instanceof TorchTensor) {
      found.tensors++;
      found.firstTensor ??= path;
    } else if (value instanceof OpaqueObject) {
      found.firstObject ??= { kind: value.kind, path };
    }
    for (const [key, inner] of membersOf(value)) {
      if (typeof inner !== "object" || inner === null || seen.has(inner)) continue;
      seen.add(inner);
      waiting.push({ value: inner, path: path.length < MAX_PATH ? [...path, key] : path });
    }
  }
  return found;
}

function membersOf(value: PickleValue): Iterable<[PickleValue, PickleValue]> {
  if (value instanceof Map || Array.isArray(value)) return value.entries();
  return value instanceof PickleTuple ? value.items.entries() : [];
}

function placeOf(path: Path): string {
  return path.map((key) => (typeof key === "string" ? quote(key) : describeKey(key))).join(", ");
}

function describeKey(key: PickleValue): string {
  return typeof key === "number" ? String(key) : describePickleValue(key);
}

/**
 * The file's keys by parameter name without `module.`, the prefix that each torch.nn wrapper (DataParallel,
 * or the reference's own) adds to every name.
 */
export function withoutModulePrefix(keys: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...keys];
  const prefix = "module.";
  let length = 0;
  while (all.length > 0 && all.every((key) => key.startsWith(prefix, length))) length += prefix.length;
  return new Map(all.map((key) => [key.slice(length), key]));
}
