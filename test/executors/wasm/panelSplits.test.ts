import { expect, test } from "vitest";
import { panelSplits } from "../../../src/kernels/wasm/kernel.ts";

test("no split of a layer's panels is empty", () => {
  for (let panels = 1; panels <= 64; panels++) {
    for (const blocks of [1, 2, 3, 4, 100]) {
      const splits = panelSplits(panels, blocks);
      // As in assembly/gatherGemm.ts.
      const each = Math.floor((panels + splits - 1) / splits);
      expect((splits - 1) * each).toBeLessThan(panels);
      expect(splits * each).toBeGreaterThanOrEqual(panels);
    }
  }
});
