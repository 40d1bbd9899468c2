import { nextTask, TURN } from "../../support/eventLoop.ts";
import { layerFault, type Runner } from "./runner.ts";
import type { WasmFunctions } from "./wasmModule.ts";

/** Does all units itself; between steps, timers, signals and the page have their turn. */
export function sameThreadRunner(functions: WasmFunctions, scratch: number): Runner {
  return {
    async run(steps, signal) {
      let turn = performance.now();
      for (const { layer, function: name, address, units } of steps) {
        if (performance.now() - turn > TURN) {
          await nextTask();
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
