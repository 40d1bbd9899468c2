import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { PickleCursor } from "./pickleCursor.ts";
import {
  describePickleValue,
  OpaqueGlobal,
  OpaqueObject,
  OrderedDict,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
} from "./pickleValue.ts";

/**
 * Reads one pickle, Python's format of objects (https://docs.python.org/3/library/pickle.html; protocols 2 to
 * 5), as data. A pickle is a program for a stack machine whose opcodes can name and call any Python function.
 * This machine calls only the functions of `rules.globals`, which belong to this project. Whatever else is named
 * becomes an opaque object, which is only a name: nothing is looked up or run. The cursor ends after the pickle.
 *
 * @throws ModelError for a name that `rules` refuse, unknown opcodes, and more values than a checkpoint needs.
 */
export function readPickle(cursor: PickleCursor, rules: PickleRules): PickleValue {
  const machine = new PickleMachine(cursor, rules);
  for (;;) {
    const opcode = machine.nextOpcode();
    if (opcode === STOP) return machine.result();
    const run = OPCODES.get(opcode);
    if (!run) throw machine.broken("a known opcode", `opcode ${nameOf(opcode)}`);
    run(machine);
  }
}

function nameOf(opcode: number): string {
  const byte = `0x${opcode.toString(16).padStart(2, "0")}`;
  const name = OPCODE_NAMES.get(opcode);
  return name ? `${byte} (${name})` : byte;
}

/** What a format allows in its pickles. */
export interface PickleRules {
  /** The names that mean something here. Any other name is opaque, or refused. */
  readonly globals: readonly PickleGlobal[];
  /** Whether a name is refused at once, as no checkpoint needs it or as it would have to be understood. */
  readonly refuses: (module: string, name: string) => boolean;
  /** Resolves the id of an object outside the pickle. @throws ModelError for an unknown id. */
  readonly persistent: (id: PickleValue, where: string) => PickleValue;
  /** Describes the file in errors about forbidden names. */
  readonly hint: string;
}

/**
 * A value takes one byte of a pickle, but up to 350 bytes of memory. Torch writes about 40 values per tensor,
 * 7 of them containers. These limits are ten times what any detector needs and cost less than 64 MB.
 */
const MAX_VALUES = 2 ** 19;
const MAX_CONTAINERS = 2 ** 17;

/** The stack, its marks and the memo of one pickle, with the operations of the opcodes. */
class PickleMachine {
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

  /** The position, for errors. */
  get where(): string {
    return `${this.cursor.where} byte ${this.opcodeStart}`;
  }

  nextOpcode(): number {
    this.opcodeStart = this.cursor.position;
    return this.cursor.uint8();
  }

  push(value: PickleValue): void {
    this.count(++this.values, MAX_VALUES, "values");
    this.stack.push(value);
  }

  /** Counts values that take more memory than their bytes in the file. */
  pushContainer(value: PickleValue): void {
    this.count(++this.containers, MAX_CONTAINERS, "lists, tuples and dictionaries");
    this.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.length > this.bottom ? this.stack.pop() : undefined;
    if (value === undefined) throw this.broken("a value on the stack", "none");
    return value;
  }

  mark(): void {
    this.count(++this.values, MAX_VALUES, "values");
    this.marks.push(this.stack.length);
  }

  /** Pops everything above the last mark, and the mark. */
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
    if (list instanceof OpaqueObject) return;
    if (!Array.isArray(list)) throw this.broken("a list to append to", describePickleValue(list));
    for (const item of items) list.push(item);
  }

  /** Keys and values alternate. */
  setItems(items: readonly PickleValue[]): void {
    const dictionary = this.top();
    if (dictionary instanceof OpaqueObject) return;
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
    this.count(++this.values, MAX_VALUES, "values");
    this.memo.set(index, this.top());
  }

  pushMemo(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.broken(`a value in memo ${index}`, "none");
    this.push(value);
  }

  /** The two strings are only compared with the list: nothing is looked up, and dots have no meaning. */
  pushGlobal(module: PickleValue, name: PickleValue): void {
    const global = this.rules.globals.find((allowed) => allowed.module === module && allowed.name === name);
    if (global) {
      this.push(global);
      return;
    }
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.broken("a global's module and name", describePickleValue(name));
    }
    if (!this.rules.refuses(module, name)) {
      this.pushContainer(new OpaqueGlobal(module, name));
      return;
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

  /** A new object of a class; only opaque ones have instances. `extras` are further values on the stack. */
  newObject(extras: number): void {
    for (let i = 0; i < extras; i++) this.pop();
    const args = this.pop();
    const type = this.pop();
    if (!(args instanceof PickleTuple)) throw this.broken("a tuple of arguments", describePickleValue(args));
    if (!(type instanceof OpaqueGlobal)) throw this.broken("a class", describePickleValue(type));
    this.pushContainer(new OpaqueObject(`an object of ${type.module}.${type.name}`));
  }

  pushOpaque(kind: string): void {
    this.pushContainer(new OpaqueObject(kind));
  }

  /** The state of an OrderedDict is its attributes, which are not part of its contents. */
  build(): void {
    this.pop();
    const object = this.top();
    if (!(object instanceof OrderedDict || object instanceof OpaqueObject)) {
      throw this.broken("an object to give state to", describePickleValue(object));
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
    const hint = "This is not a checkpoint of a network.";
    throw new ModelError({
      where: this.where,
      expected: `at most ${limit} ${what}`,
      got: "more, or as deeply nested",
      hint,
    });
  }
}

type Run = (machine: PickleMachine) => void;

const STOP = 0x2e;
const NEWEST_PROTOCOL = 5;

/** The supported opcodes by their byte (described in Python's pickletools.py). */
const OPCODES: ReadonlyMap<number, Run> = new Map<number, Run>([
  [0x80, checkProtocol], // PROTO
  [0x95, checkFrame], // FRAME

  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4b, (m) => m.push(m.cursor.uint8())], // BININT1
  [0x4d, (m) => m.push(m.cursor.uint16())], // BININT2
  [0x4a, (m) => m.push(m.cursor.int32())], // BININT
  [0x8a, (m) => m.push(m.cursor.integer(m.cursor.uint8()))], // LONG1
  [0x8b, (m) => m.push(m.cursor.integer(m.cursor.uint32()))], // LONG4
  [0x47, (m) => m.push(m.cursor.float64())], // BINFLOAT

  [0x8c, (m) => m.push(m.cursor.text(m.cursor.uint8()))], // SHORT_BINUNICODE
  [0x58, (m) => m.push(m.cursor.text(m.cursor.uint32()))], // BINUNICODE
  [0x8d, (m) => m.push(m.cursor.text(m.cursor.uint64()))], // BINUNICODE8
  [0x55, (m) => pushTextOrBytes(m, m.cursor.uint8())], // SHORT_BINSTRING, of Python 2
  [0x54, (m) => pushTextOrBytes(m, m.cursor.uint32())], // BINSTRING, of Python 2
  [0x43, (m) => skipBytes(m, m.cursor.uint8())], // SHORT_BINBYTES
  [0x42, (m) => skipBytes(m, m.cursor.uint32())], // BINBYTES
  [0x8e, (m) => skipBytes(m, m.cursor.uint64())], // BINBYTES8
  [0x96, (m) => skipBytes(m, m.cursor.uint64())], // BYTEARRAY8

  [0x28, (m) => m.mark()], // MARK
  [0x29, (m) => m.pushTuple(0)], // EMPTY_TUPLE
  [0x85, (m) => m.pushTuple(1)], // TUPLE1
  [0x86, (m) => m.pushTuple(2)], // TUPLE2
  [0x87, (m) => m.pushTuple(3)], // TUPLE3
  [0x74, (m) => m.pushContainer(new PickleTuple(m.popToMark()))], // TUPLE
  [0x5d, (m) => m.pushContainer([])], // EMPTY_LIST
  [0x61, (m) => m.append([m.pop()])], // APPEND
  [0x65, (m) => m.append(m.popToMark())], // APPENDS
  [0x7d, (m) => m.pushContainer(new Map())], // EMPTY_DICT
  [0x73, setItem], // SETITEM
  [0x75, (m) => m.setItems(m.popToMark())], // SETITEMS
  [0x8f, (m) => m.pushOpaque("a set")], // EMPTY_SET
  [0x90, (m) => m.append(m.popToMark())], // ADDITEMS
  [0x91, frozenSet], // FROZENSET
  [0x30, (m) => m.pop()], // POP
  [0x31, (m) => m.popToMark()], // POP_MARK

  [0x71, (m) => m.memoize(m.cursor.uint8())], // BINPUT
  [0x72, (m) => m.memoize(m.cursor.uint32())], // LONG_BINPUT
  [0x94, (m) => m.memoize()], // MEMOIZE
  [0x68, (m) => m.pushMemo(m.cursor.uint8())], // BINGET
  [0x6a, (m) => m.pushMemo(m.cursor.uint32())], // LONG_BINGET

  [0x63, (m) => m.pushGlobal(m.cursor.line(), m.cursor.line())], // GLOBAL
  [0x93, pushStackGlobal], // STACK_GLOBAL
  [0x69, refuseInstance], // INST
  [0x52, (m) => m.reduce()], // REDUCE
  [0x81, (m) => m.newObject(0)], // NEWOBJ
  [0x92, (m) => m.newObject(1)], // NEWOBJ_EX
  [0x62, (m) => m.build()], // BUILD
  [0x51, (m) => m.pushPersistent()], // BINPERSID
]);

/** Python's other opcodes, for errors: they create objects of any class, or occur in no checkpoint. */
const OPCODE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x32, "DUP"],
  [0x46, "FLOAT"],
  [0x49, "INT"],
  [0x4c, "LONG"],
  [0x50, "PERSID"],
  [0x53, "STRING"],
  [0x56, "UNICODE"],
  [0x64, "DICT"],
  [0x67, "GET"],
  [0x6c, "LIST"],
  [0x6f, "OBJ"],
  [0x70, "PUT"],
  [0x82, "EXT1"],
  [0x83, "EXT2"],
  [0x84, "EXT4"],
  [0x97, "NEXT_BUFFER"],
  [0x98, "READONLY_BUFFER"],
]);

function checkProtocol(machine: PickleMachine): void {
  const protocol = machine.cursor.uint8();
  if (protocol <= NEWEST_PROTOCOL) return;
  throw machine.broken(`a pickle of protocol ${NEWEST_PROTOCOL} or older`, `protocol ${protocol}`);
}

/** Frames only help reading ahead. */
function checkFrame({ cursor }: PickleMachine): void {
  const length = cursor.uint64();
  const start = cursor.position;
  cursor.take(length);
  cursor.position = start;
}

function setItem(machine: PickleMachine): void {
  const value = machine.pop();
  machine.setItems([machine.pop(), value]);
}

function pushStackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  machine.pushGlobal(machine.pop(), name);
}

/** Python 2 has one type for text and bytes, such as those of a NumPy array. */
function pushTextOrBytes(machine: PickleMachine, length: number): void {
  const text = machine.cursor.textOrBytes(length);
  if (text === undefined) machine.pushOpaque("bytes");
  else machine.push(text);
}

function skipBytes(machine: PickleMachine, length: number): void {
  machine.cursor.take(length);
  machine.pushOpaque("bytes");
}

function frozenSet(machine: PickleMachine): void {
  machine.popToMark();
  machine.pushOpaque("a set");
}

/** INST contains its class, which is more informative than the opcode's name. */
function refuseInstance(machine: PickleMachine): never {
  machine.pushGlobal(machine.cursor.line(), machine.cursor.line());
  throw machine.broken("a known opcode", "opcode 0x69 (INST)");
}
