/**
 * The steps of a run, in memory that all threads share. Every thread walks through the same list. Within a step
 * units go to the first thread that takes them; no thread starts the next step until all units are done. Threads
 * exchange no messages during a run, and a thread that the system has paused delays the others only if it has taken
 * units that are not done.
 *
 * Each row fills a cache line: the function, the address of its call, the number of units, in how many shares they are
 * taken, and how many of them have been taken and done.
 */
export type StepTable = Int32Array;

export interface TableStep {
  /** One in the list of functions that all threads have. */
  readonly function: string;
  readonly address: number;
  readonly units: number;
}

const ROW = 16;
const [FUNCTION, ADDRESS, UNITS, SHARES, TAKEN, DONE] = [0, 1, 2, 3, 4, 5];

/**
 * A thread takes one of so many shares of the units that are left: many at first, since taking some costs as much as the
 * smallest units, and single ones in the end, so that all threads end together.
 */
const SHARES_PER_THREAD = 4;

/** More units than any step has: writing this to TAKEN and DONE ends the step. */
const OVER = 2 ** 30;

/** How often a thread polls for the others before it sleeps. Most steps end sooner; waking takes about 50 µs. */
const SPIN_LIMIT = 20_000;

export function newStepTable(steps: number): StepTable {
  return new Int32Array(new SharedArrayBuffer(steps * ROW * Int32Array.BYTES_PER_ELEMENT));
}

/** Call it only while no thread reads the table. */
export function writeSteps(
  table: StepTable,
  steps: readonly TableStep[],
  { functions, threads }: { readonly functions: readonly string[]; readonly threads: number },
): void {
  for (const [index, step] of steps.entries()) {
    const row = index * ROW;
    table[row + FUNCTION] = functions.indexOf(step.function);
    table[row + ADDRESS] = step.address;
    table[row + UNITS] = step.units;
    table[row + SHARES] = threads * SHARES_PER_THREAD;
    table[row + TAKEN] = 0;
    table[row + DONE] = 0;
  }
}

/** Ends a run: threads finish the units that they have taken and take no others. Any thread may call it. */
export function stopSteps(table: StepTable): void {
  for (let row = 0; row < table.length; row += ROW) {
    Atomics.store(table, row + TAKEN, OVER);
    Atomics.store(table, row + DONE, OVER);
    Atomics.notify(table, row + DONE);
  }
}

/** A function of the WebAssembly module. It takes the address of its call's fields, a unit, and scratch memory. */
export type UnitFunction = (call: number, unit: number, scratch: number) => void;

export class StepFailure extends Error {
  constructor(
    /** Index of the step. */
    readonly step: number,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * What each thread does in a run. It may block, so it must not run on a page's main thread. `ends` receives when each step
 * has ended on all threads, by `performance.now()` of this one.
 *
 * @throws StepFailure if a function traps; that ends the run for all threads.
 */
export function runSteps(
  table: StepTable,
  steps: number,
  functions: readonly UnitFunction[],
  scratch: number,
  ends?: number[],
): void {
  for (let step = 0; step < steps; step++) {
    const row = step * ROW;
    const run = functions[table[row + FUNCTION]];
    const address = table[row + ADDRESS];
    const units = table[row + UNITS];
    const shares = table[row + SHARES];
    try {
      let first = Atomics.load(table, row + TAKEN);
      while (first < units) {
        const end = first + Math.max(1, Math.floor((units - first) / shares));
        const seen = Atomics.compareExchange(table, row + TAKEN, first, end);
        if (seen !== first) {
          first = seen;
          continue;
        }
        for (let unit = first; unit < end; unit++) run(address, unit, scratch);
        const done = Atomics.add(table, row + DONE, end - first) + end - first;
        if (done === units) Atomics.notify(table, row + DONE);
        first = Atomics.load(table, row + TAKEN);
      }
    } catch (error) {
      stopSteps(table);
      throw new StepFailure(step, error);
    }
    waitForOthers(table, row + DONE, units);
    ends?.push(performance.now());
  }
}

function waitForOthers(table: StepTable, done: number, units: number): void {
  for (let polls = 0; polls < SPIN_LIMIT; polls++) if (Atomics.load(table, done) >= units) return;
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
  /** The module's functions, in the order of the table's indices. */
  readonly functions: readonly string[];
  /** Address of this thread's own scratch memory. */
  readonly scratch: number;
}

export type ToThread =
  | OpenPlan
  /** Runs the first `steps` rows of the table; if `timed`, the answer has their times. */
  | { readonly kind: "run"; readonly plan: number; readonly steps: number; readonly timed?: boolean }
  | { readonly kind: "close"; readonly plan: number };

/** A thread's answer when it has started, and after every run. */
export interface FromThread {
  /** The step that trapped in this thread, and the reason. */
  readonly failure?: { readonly step: number; readonly message: string };
  /** Milliseconds of each step, until all threads had ended it. */
  readonly times?: readonly number[];
}
