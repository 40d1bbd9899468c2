/**
 * The steps of a run, in memory that all threads share. Every thread goes over the same list; a step's units go
 * to whoever takes them first, and nobody goes on to the next step before the last unit is done. No messages
 * pass meanwhile, and a thread that the system has paused holds the others up only if it has a unit in hand.
 *
 * A row is a cache line: which function, the address of its call, how many units, how many of them are taken
 * and how many are done.
 */
export type StepTable = Int32Array;

export interface TableStep {
  /** Its place in the list of functions that all threads have. */
  readonly function: number;
  readonly address: number;
  readonly units: number;
}

const ROW = 16;
const [FUNCTION, ADDRESS, UNITS, TAKEN, DONE] = [0, 1, 2, 3, 4];

/** More than any step has: a step with so many taken and done is over. */
const OVER = 2 ** 30;

/**
 * So often a thread looks whether the others have done, before it goes to sleep, from which it takes some 50
 * microseconds to wake. Most steps end within this.
 */
const SPIN_LIMIT = 20_000;

export function newStepTable(steps: number): StepTable {
  return new Int32Array(new SharedArrayBuffer(steps * ROW * Int32Array.BYTES_PER_ELEMENT));
}

/** While no thread reads it. */
export function writeSteps(table: StepTable, steps: readonly TableStep[]): void {
  for (const [index, step] of steps.entries()) {
    const row = index * ROW;
    table[row + FUNCTION] = step.function;
    table[row + ADDRESS] = step.address;
    table[row + UNITS] = step.units;
    table[row + TAKEN] = 0;
    table[row + DONE] = 0;
  }
}

/** Ends a run: what is in hand is done, and nothing else is taken. Any thread may do so, also one that waits for none. */
export function stopSteps(table: StepTable): void {
  for (let row = 0; row < table.length; row += ROW) {
    Atomics.store(table, row + TAKEN, OVER);
    Atomics.store(table, row + DONE, OVER);
    Atomics.notify(table, row + DONE);
  }
}

/** A function of the WebAssembly module: where its call's fields lie, which unit to do, memory to work in. */
export type UnitFunction = (call: number, unit: number, scratch: number) => void;

export class StepFailure extends Error {
  constructor(
    /** Which of the steps. */
    readonly step: number,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * What each thread does in a run. It may block: never on a page's main thread.
 *
 * @throws StepFailure where a function traps, after which the run is over for all threads.
 */
export function runSteps(
  table: StepTable,
  steps: number,
  functions: readonly UnitFunction[],
  scratch: number,
): void {
  for (let step = 0; step < steps; step++) {
    const row = step * ROW;
    const run = functions[table[row + FUNCTION]];
    const address = table[row + ADDRESS];
    const units = table[row + UNITS];
    try {
      let unit = Atomics.add(table, row + TAKEN, 1);
      while (unit < units) {
        run(address, unit, scratch);
        const done = Atomics.add(table, row + DONE, 1) + 1;
        if (done === units) Atomics.notify(table, row + DONE);
        unit = Atomics.add(table, row + TAKEN, 1);
      }
    } catch (error) {
      stopSteps(table);
      throw new StepFailure(step, error);
    }
    waitForOthers(table, row + DONE, units);
  }
}

function waitForOthers(table: StepTable, done: number, units: number): void {
  for (let looks = 0; looks < SPIN_LIMIT; looks++) if (Atomics.load(table, done) >= units) return;
  for (let seen = Atomics.load(table, done); seen < units; seen = Atomics.load(table, done)) {
    Atomics.wait(table, done, seen);
  }
}

/** Sent to a thread once, before its first run of a plan. */
export interface OpenPlan {
  readonly kind: "open";
  readonly plan: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly table: StepTable;
  /** The module's functions in the order in which the table numbers them. */
  readonly functions: readonly string[];
  /** An address in memory that is this thread's own. */
  readonly scratch: number;
}

export type ToThread =
  | OpenPlan
  /** The first `steps` rows of the table. */
  | { readonly kind: "run"; readonly plan: number; readonly steps: number }
  | { readonly kind: "close"; readonly plan: number };

/** A thread's answer to its start, and to every run. */
export interface FromThread {
  /** The step that trapped in this thread, and how. */
  readonly failure?: { readonly step: number; readonly message: string };
}
