import { ModelError } from "../errors.ts";
import { quote } from "./bytes/json.ts";
import type { PickleCursor } from "./torch/pickleCursor.ts";
import {
  describePickleValue,
  OrderedDict,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
} from "./torch/pickleValue.ts";

/** What a format allows its pickles. */
export interface PickleRules {
  /** All names that may be mentioned. There is no other way to any name: others are refused as they come. */
  readonly globals: readonly PickleGlobal[];
  /** What an object outside the pickle is, by its id. Throws ModelError for ids that are none. */
  readonly persistent: (id: PickleValue, where: string) => PickleValue;
  /** What the file is, where errors about forbidden names explain themselves. */
  readonly hint: string;
}

/**
 * A value takes one byte of a pickle, but up to 350 of memory. Torch writes some 40 values a tensor, 7 of them
 * containers: these limits are ten times what any detector needs, and cost less than 64 MB.
 */
const MOST_VALUES = 2 ** 19;
const MOST_CONTAINERS = 2 ** 17;

/** The stack, the marks in it and the memo of one pickle, and all that opcodes do with them. */
export class PickleMachine {
  private readonly stack: PickleValue[] = [];
  /** Heights of the stack. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private values = 0;
  private containers = 0;
  private opcodeStart = 0;

  constructor(
    readonly cursor: PickleCursor,
    private readonly rules: PickleRules,
  ) {}

  /** As errors name the place. */
  get where(): string {
    return `${this.cursor.where} byte ${this.opcodeStart}`;
  }

  nextOpcode(): number {
    this.opcodeStart = this.cursor.position;
    return this.cursor.uint8();
  }

  push(value: PickleValue): void {
    this.count(++this.values, MOST_VALUES, "values");
    this.stack.push(value);
  }

  /** For what takes more memory than its bytes in the file. */
  pushContainer(value: PickleValue): void {
    this.count(++this.containers, MOST_CONTAINERS, "lists, tuples and dictionaries");
    this.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.length > this.bottom ? this.stack.pop() : undefined;
    if (value === undefined) throw this.broken("a value on the stack", "none");
    return value;
  }

  mark(): void {
    this.count(++this.values, MOST_VALUES, "values");
    this.marks.push(this.stack.length);
  }

  /** What lies above the last mark, which goes too. */
  popToMark(): PickleValue[] {
    const height = this.marks.pop();
    if (height === undefined) throw this.broken("a mark on the stack", "none");
    return this.stack.splice(height);
  }

  pushTuple(length: number): void {
    const items = Array.from({ length }, () => this.pop()).reverse();
    this.pushContainer(new PickleTuple(items));
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.broken("a list to append to", describePickleValue(list));
    for (const item of items) list.push(item);
  }

  /** Keys and values in turn. */
  setItems(items: readonly PickleValue[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map)) {
      throw this.broken("a dictionary to fill", describePickleValue(dictionary));
    }
    if (items.length % 2 !== 0) throw this.broken("keys with values", "a key without one");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (Array.isArray(key) || key instanceof Map) {
        throw this.broken("a key that cannot change", describePickleValue(key));
      }
      dictionary.set(key, items[i + 1]);
    }
  }

  memoize(index = this.memo.size): void {
    this.count(++this.values, MOST_VALUES, "values");
    this.memo.set(index, this.top());
  }

  pushMemo(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.broken(`a value in memo ${index}`, "none");
    this.push(value);
  }

  /** The two strings are compared with the list as they are: nothing is looked up, no dot means anything. */
  pushGlobal(module: PickleValue, name: PickleValue): void {
    const global = this.rules.globals.find((allowed) => allowed.module === module && allowed.name === name);
    if (global) {
      this.push(global);
      return;
    }
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.broken("a global's module and name", describePickleValue(name));
    }
    const got = `the global ${quote(`${module}.${name}`)}`;
    const hint = `${this.rules.hint} Nothing in the file was run.`;
    throw new ModelError({ where: this.where, expected: "an allowed global", got, hint });
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(args instanceof PickleTuple)) throw this.broken("a tuple of arguments", describePickleValue(args));
    if (!(callee instanceof PickleGlobal) || !callee.call) {
      throw this.broken("an allowed function", describePickleValue(callee));
    }
    this.pushContainer(callee.call(args.items, this.where));
  }

  /** The state of an OrderedDict is its attributes, which are no part of what it holds. */
  build(): void {
    this.pop();
    const object = this.top();
    if (!(object instanceof OrderedDict)) {
      throw this.broken("an OrderedDict to give state to", describePickleValue(object));
    }
  }

  pushPersistent(): void {
    this.pushContainer(this.rules.persistent(this.pop(), this.where));
  }

  result(): PickleValue {
    const value = this.pop();
    if (this.stack.length + this.marks.length > 0) {
      throw this.broken("one value at the end", `${this.stack.length + 1} with ${this.marks.length} marks`);
    }
    return value;
  }

  broken(expected: string, got: string): ModelError {
    return new ModelError({ where: this.where, expected, got, hint: "The pickle is broken." });
  }

  private get bottom(): number {
    return this.marks.at(-1) ?? 0;
  }

  private top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  private count(count: number, limit: number, what: string): void {
    if (count <= limit) return;
    const hint = "It is no checkpoint of a network.";
    throw new ModelError({
      where: this.where,
      expected: `at most ${limit} ${what}`,
      got: "more, or as deeply nested",
      hint,
    });
  }
}
