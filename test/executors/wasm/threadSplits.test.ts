import { expect, test } from "vitest";
import { panelSplits } from "../../../src/kernels/wasm/kernel.ts";
import { threadSplits } from "../../../src/kernels/wasm/threadSplits.ts";

/** As in assembly/gatherGemm.ts. */
function expectNoneEmpty(panels: number, splits: number): void {
  const each = Math.floor((panels + splits - 1) / splits);
  expect((splits - 1) * each).toBeLessThan(panels);
  expect(splits * each).toBeGreaterThanOrEqual(panels);
}

test("no split of a layer's panels is empty", () => {
  for (let panels = 1; panels <= 64; panels++) {
    for (const blocks of [1, 2, 3, 4, 100]) {
      expectNoneEmpty(panels, panelSplits(panels, blocks));
      for (const threads of [1, 2, 3, 8]) {
        expectNoneEmpty(panels, threadSplits({ panels, cells: blocks * 60 - 7, blockCells: 60, threads }));
      }
    }
  }
});

test("layers are split only if threads would wait for each other otherwise", () => {
  const of = (cells: number, threads: number) => threadSplits({ panels: 40, cells, blockCells: 60, threads });
  expect(of(60, 1)).toBe(1);
  expect(of(60, 2)).toBe(2);
  expect(of(120, 2)).toBe(1);
  expect(of(300, 2)).toBe(2);
  expect(of(60, 8)).toBe(8);
  expect(of(60_000, 8)).toBe(1);
});
