import { BackendError } from "../../errors.ts";
import type { WasmFunction } from "../../kernels/wasm/kernel.ts";
import { YIELD_INTERVAL_MS, yieldToEventLoop } from "../../support/eventLoop.ts";
import type { WasmFunctions } from "./wasmModule.ts";

/** A step whose call has been written to memory. */
export interface RunStep {
  /** The layer that it belongs to, for errors. */
  readonly layer: string;
  readonly function: WasmFunction;
  /** Address of the call's fields. */
  readonly address: number;
  readonly units: number;
}

/** Runs the steps of one plan, either on the calling thread or on a pool of threads. */
export interface Runner {
  /**
   * Finishes all units of a step before any of the next. `times` receives the milliseconds of each step.
   *
   * @throws BackendError if a step traps or a thread dies.
   * @throws the signal's reason once it is aborted.
   */
  run(steps: readonly RunStep[], signal?: AbortSignal, times?: number[]): Promise<void>;
  /** Releases the plan's memory. */
  close(): void;
}

/** The error of a layer whose function trapped. */
export function layerFault(layer: string, got: string, cause?: unknown): BackendError {
  return new BackendError(
    {
      where: `backend wasm, layer ${layer}`,
      expected: "the layer to run",
      got,
      hint: "Choose another backend.",
    },
    { cause },
  );
}

/** Runs all units on the calling thread. Between steps it yields to the event loop from time to time. */
export function sameThreadRunner(functions: WasmFunctions, scratch: number): Runner {
  return {
    async run(steps, signal, times) {
      let lastYield = performance.now();
      for (const { layer, function: name, address, units } of steps) {
        if (performance.now() - lastYield > YIELD_INTERVAL_MS) {
          await yieldToEventLoop();
          lastYield = performance.now();
        }
        signal?.throwIfAborted();
        const run = functions[name];
        const start = times && performance.now();
        try {
          for (let unit = 0; unit < units; unit++) run(address, unit, scratch);
        } catch (error) {
          throw layerFault(layer, error instanceof Error ? error.message : String(error), error);
        }
        if (start !== undefined) times?.push(performance.now() - start);
      }
    },
    close() {},
  };
}
