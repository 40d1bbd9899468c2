import { BackendError } from "../../errors.ts";
import type { WasmFunction } from "../../kernels/wasm/kernel.ts";
import { YIELD_INTERVAL_MS, yieldToEventLoop } from "../../support/eventLoop.ts";
import type { WasmFunctions } from "./wasmModule.ts";

/** A step whose call lies in memory. */
export interface RunStep {
  /** Whose step it is, for errors. */
  readonly layer: string;
  readonly function: WasmFunction;
  /** Of the call's fields. */
  readonly address: number;
  readonly units: number;
}

/** Runs the steps of one plan: on the thread that asks for it, or on several others. */
export interface Runner {
  /**
   * All units of a step before any of the next.
   *
   * @throws BackendError where a step traps or a thread dies; the signal's reason once it is aborted.
   */
  run(steps: readonly RunStep[], signal?: AbortSignal): Promise<void>;
  /** Lets go of the plan's memory. */
  close(): void;
}

/** A function of the module trapped. */
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

/** Does all units itself; between steps, timers, signals and the page have their turn. */
export function sameThreadRunner(functions: WasmFunctions, scratch: number): Runner {
  return {
    async run(steps, signal) {
      let turn = performance.now();
      for (const { layer, function: name, address, units } of steps) {
        if (performance.now() - turn > YIELD_INTERVAL_MS) {
          await yieldToEventLoop();
          turn = performance.now();
        }
        signal?.throwIfAborted();
        const run = functions[name];
        try {
          for (let unit = 0; unit < units; unit++) run(address, unit, scratch);
        } catch (error) {
          throw layerFault(layer, error instanceof Error ? error.message : String(error), error);
        }
      }
    },
    close() {},
  };
}
