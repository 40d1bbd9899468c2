import type { PickleMachine } from "./pickleMachine.ts";
import { PickleTuple } from "./torch/pickleValue.ts";

type Run = (machine: PickleMachine) => void;

export const STOP = 0x2e;
const NEWEST_PROTOCOL = 5;

/** The opcodes that are understood (Python's pickletools.py describes them), by their byte. */
export const OPCODES: ReadonlyMap<number, Run> = new Map<number, Run>([
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
  [0x55, (m) => m.push(m.cursor.text(m.cursor.uint8()))], // SHORT_BINSTRING, of Python 2
  [0x54, (m) => m.push(m.cursor.text(m.cursor.uint32()))], // BINSTRING, of Python 2

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

  [0x71, (m) => m.memoize(m.cursor.uint8())], // BINPUT
  [0x72, (m) => m.memoize(m.cursor.uint32())], // LONG_BINPUT
  [0x94, (m) => m.memoize()], // MEMOIZE
  [0x68, (m) => m.pushMemo(m.cursor.uint8())], // BINGET
  [0x6a, (m) => m.pushMemo(m.cursor.uint32())], // LONG_BINGET

  [0x63, (m) => m.pushGlobal(m.cursor.line(), m.cursor.line())], // GLOBAL
  [0x93, pushStackGlobal], // STACK_GLOBAL
  [0x69, refuseInstance], // INST
  [0x52, (m) => m.reduce()], // REDUCE
  [0x62, (m) => m.build()], // BUILD
  [0x51, (m) => m.pushPersistent()], // BINPERSID
]);

/** Python's other opcodes, for errors: they make objects of any class, or no checkpoint has them. */
export const OPCODE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x30, "POP"],
  [0x31, "POP_MARK"],
  [0x32, "DUP"],
  [0x42, "BINBYTES"],
  [0x43, "SHORT_BINBYTES"],
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
  [0x81, "NEWOBJ"],
  [0x82, "EXT1"],
  [0x83, "EXT2"],
  [0x84, "EXT4"],
  [0x8e, "BINBYTES8"],
  [0x8f, "EMPTY_SET"],
  [0x90, "ADDITEMS"],
  [0x91, "FROZENSET"],
  [0x92, "NEWOBJ_EX"],
  [0x96, "BYTEARRAY8"],
  [0x97, "NEXT_BUFFER"],
  [0x98, "READONLY_BUFFER"],
]);

function checkProtocol(machine: PickleMachine): void {
  const protocol = machine.cursor.uint8();
  if (protocol <= NEWEST_PROTOCOL) return;
  throw machine.broken(`a pickle of protocol ${NEWEST_PROTOCOL} or older`, `protocol ${protocol}`);
}

/** Frames help to read ahead and mean nothing else. */
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

/** INST holds its class itself, which says more than the opcode's name. */
function refuseInstance(machine: PickleMachine): never {
  machine.pushGlobal(machine.cursor.line(), machine.cursor.line());
  throw machine.broken("a known opcode", "opcode 0x69 (INST)");
}
