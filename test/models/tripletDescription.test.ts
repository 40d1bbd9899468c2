import { expect, test } from "vitest";
import { describeGraph } from "../../src/analysis/describe.ts";
import { TRIPLET_ARCHITECTURES, tripletGraph } from "../../src/models/triplets/tripletArchitecture.ts";
import { runnable } from "../../src/network.ts";

/** Of one 511 x 511 image; counted in the reference's own modules, GFLOPs by its convolutions in test mode. */
const FIGURES = {
  "centernet-52": { parameters: 104_844_152, statistics: 65_891, entries: 630, gflops: 594.9 },
  "centernet-104": { parameters: 210_062_960, statistics: 132_038, entries: 1260, gflops: 834.1 },
} as const;

test.each(Object.keys(FIGURES) as (keyof typeof FIGURES)[])(
  "%s has the reference's parameters and GFLOPs",
  (name) => {
    const { parameters, statistics, entries, gflops } = FIGURES[name];
    const graph = tripletGraph(TRIPLET_ARCHITECTURES[name], { height: 511, width: 511 });
    // Each batch norm also has a counter, which is no parameter here.
    const norms = graph.nodes.filter(({ op }) => op === "batchNorm").length;
    expect(Object.keys(graph.parameters)).toHaveLength(entries - norms);
    for (const fuse of [false, true]) {
      const { totals } = describeGraph(runnable(graph, fuse));
      expect(totals.trainableParameters).toBe(parameters);
      expect(totals.storedNumbers).toBe(parameters + statistics - norms);
      expect(totals.gflops).toBeCloseTo(gflops, 1);
    }
  },
);
