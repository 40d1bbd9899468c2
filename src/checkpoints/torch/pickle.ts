import { PickleMachine, type PickleRules } from "../pickleMachine.ts";
import { OPCODE_NAMES, OPCODES, STOP } from "../pickleOpcodes.ts";
import type { PickleCursor } from "./pickleCursor.ts";
import type { PickleValue } from "./pickleValue.ts";

/**
 * Reads one pickle, Python's format of objects (https://docs.python.org/3/library/pickle.html; protocols 2 to
 * 5), as data: a program for a stack machine, whose opcodes can name and call any function of Python. This
 * machine knows `rules.globals` alone and no way around them. Leaves the cursor behind the pickle.
 *
 * Throws ModelError for whatever else a pickle says, and for more values than a checkpoint needs.
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
