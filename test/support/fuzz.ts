import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { CenterNetError } from "../../src/errors.ts";

export interface FuzzOptions {
  /** Valid files, small: the smaller they are, the more often a mutation hits what matters. */
  seeds: Uint8Array[];
  /** Reads the mutant; may be async, and may throw a plain Error where a result is wrong. */
  run: (bytes: Uint8Array) => unknown;
  /** Default: the environment variable FUZZ_RUNS, else 1000. */
  runs?: number;
  /** The same seed gives the same mutants, whatever the number of runs. */
  seed: number;
  /** Processor time that one run may take; beyond ten times this on the clock it counts as a hang. */
  maxMilliseconds?: number;
}

export interface FuzzResult {
  /** Runs that gave a result. */
  accepted: number;
  /** Runs that ended in one of this project's errors. */
  refused: number;
  /** How often each error class was seen. */
  errors: Record<string, number>;
  slowestMilliseconds: number;
}

/**
 * Feeds mutants to `run`, which must either return or throw a CenterNetError. Throws an Error that tells
 * the case (seed and index) and the mutant, when an untyped error escapes or a run takes too long. A run
 * that never comes back is ended by a watchdog, which writes the case to stderr and kills the process:
 * nothing else can stop a loop on this thread.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const runs = options.runs ?? Number(process.env.FUZZ_RUNS ?? 1000);
  const { seeds, run, seed, maxMilliseconds = 5000 } = options;
  const watchdog = startWatchdog(seed, maxMilliseconds * 10);
  const result: FuzzResult = { accepted: 0, refused: 0, errors: {}, slowestMilliseconds: 0 };
  try {
    for (let index = 0; index < runs; index++) {
      watchdog.begin(index);
      const mutant = mutate(seeds, seed, index);
      const start = process.cpuUsage();
      try {
        await run(mutant);
        result.accepted++;
      } catch (error) {
        if (!(error instanceof CenterNetError)) throw failure(error, mutant, seed, index);
        if (error.message.includes("\n")) throw failure("a message of several lines", mutant, seed, index);
        result.refused++;
        result.errors[error.name] = (result.errors[error.name] ?? 0) + 1;
      }
      const used = process.cpuUsage(start);
      const milliseconds = (used.user + used.system) / 1000;
      result.slowestMilliseconds = Math.max(result.slowestMilliseconds, milliseconds);
      if (milliseconds > maxMilliseconds) throw failure(`${milliseconds} ms`, mutant, seed, index);
    }
  } finally {
    await watchdog.stop();
  }
  return result;
}

/** The mutant of one case: one to eight changes of one of the seeds. */
export function mutate(seeds: readonly Uint8Array[], seed: number, index: number): Uint8Array {
  const random = randomNumbers(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const below = (limit: number) => Math.floor(random() * limit);
  let bytes = Uint8Array.from(seeds[below(seeds.length)]);
  const changes = 1 + below(8);
  for (let i = 0; i < changes && bytes.length > 0; i++) bytes = change(bytes, below);
  return bytes;
}

/** Values at which comparisons and additions go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

function change(bytes: Uint8Array, below: (limit: number) => number): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  const at = below(bytes.length);
  const end = Math.min(bytes.length, at + 1 + below(16));
  switch (below(7)) {
    case 0: // flip a bit
      copy[at] ^= 1 << below(8);
      return copy;
    case 1: // overwrite a byte
      copy[at] = below(256);
      return copy;
    case 2: // overwrite some bytes with the ends of ranges
      return copy.fill(EDGES[below(EDGES.length)], at, Math.min(end, at + 4));
    case 3: // insert
      return splice(
        bytes,
        at,
        at,
        Uint8Array.from({ length: 1 + below(16) }, () => below(256)),
      );
    case 4: // repeat
      return splice(bytes, end, end, bytes.subarray(at, end));
    case 5: // delete
      return splice(bytes, at, end, new Uint8Array(0));
    default: // truncate, more often near the end
      return copy.slice(0, below(2) === 0 ? at : bytes.length - below(Math.min(16, bytes.length)));
  }
}

function splice(bytes: Uint8Array, from: number, to: number, insert: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length - (to - from) + insert.length);
  result.set(bytes.subarray(0, from));
  result.set(insert, from);
  result.set(bytes.subarray(to), from + insert.length);
  return result;
}

/** Mulberry32: numbers in [0, 1), the same on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

function failure(what: unknown, mutant: Uint8Array, seed: number, index: number): Error {
  const shown = what instanceof Error ? (what.stack ?? what.message) : String(what);
  const hex = Buffer.from(mutant.subarray(0, 2048)).toString("hex");
  const text = `fuzz: seed ${seed}, index ${index}, ${mutant.length} bytes: ${shown}\nmutant: ${hex}`;
  return new Error(text, { cause: what });
}

/** A second thread that sees whether the first still goes from run to run. */
function startWatchdog(seed: number, maxMilliseconds: number) {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(WATCHDOG, { eval: true, workerData: { shared, seed, maxMilliseconds } });
  worker.on("error", (error) => writeSync(2, `fuzz: the watchdog failed: ${error.message}\n`));
  worker.unref();
  return {
    begin: (index: number) => Atomics.store(shared, 0, index),
    stop: () => worker.terminate(),
  };
}

const WATCHDOG = `
  const { workerData } = require("node:worker_threads");
  const { writeSync } = require("node:fs");
  const { shared, seed, maxMilliseconds } = workerData;
  let seen = -1;
  setInterval(() => {
    const index = Atomics.load(shared, 0);
    if (index === seen) {
      writeSync(2, "fuzz: seed " + seed + ", index " + index + " hangs\\n");
      process.kill(process.pid, "SIGKILL");
    }
    seen = index;
  }, maxMilliseconds);
`;
