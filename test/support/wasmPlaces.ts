import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe } from "vitest";
import type { ExecutorOptions } from "../../src/executors/backends.ts";
import type { WasmBuild } from "../../src/kernels/kernel.ts";
import type { Place } from "./openGraph.ts";
import { letMachineHave } from "./wasmBuild.ts";

// Node 20 has relaxed SIMD behind this flag, newer ones without.
setFlagsFromString("--experimental-wasm-relaxed-simd");

type Choices = Pick<ExecutorOptions, "threads" | "precision">;

interface WasmPlace extends Choices {
  readonly build: WasmBuild;
}

/** The same tests on both builds of `wasm`, on one thread and on two. */
export function describeOnWasm(title: string, tests: (place: Place) => void): void {
  for (const build of ["plain", "relaxed"] as const)
    for (const threads of [1, 2]) describeIn({ build, threads }, title, tests);
}

/**
 * On each build once, with another number of threads. That is enough where large networks take long: on any number
 * of threads results have the same bits (test/executors/wasm/threads.test.ts).
 */
export function describeOnEachBuild(title: string, choices: Choices, tests: (place: Place) => void): void {
  describeIn({ build: "plain", threads: 2, ...choices }, title, tests);
  describeIn({ build: "relaxed", threads: 1, ...choices }, title, tests);
}

function describeIn({ build, ...choices }: WasmPlace, title: string, tests: (place: Place) => void): void {
  const { threads, precision } = choices;
  const counted = threads === 1 ? "1 thread" : `${threads} threads`;
  const exactly = precision === "exact" ? ", precision exact" : "";
  describe(`wasm (${build} SIMD, ${counted}${exactly}) ${title}`, () => {
    let undo: (() => void) | undefined;
    beforeAll(() => {
      undo = letMachineHave(build);
    });
    afterAll(() => undo?.());
    tests({ backend: "wasm", ...choices });
  });
}
