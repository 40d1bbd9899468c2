import { expect, test } from "vitest";
import { describeGraph } from "../../src/analysis/describe.ts";
import { ZOO } from "../../src/models/zoo/zoo.ts";
import { zooGraph } from "../../src/models/zoo/zooArchitecture.ts";
import { runnable } from "../../src/network.ts";

/**
 * As counted in the checkpoints that the original exporter writes; GFLOPs with the heads of every stack and,
 * where there are several, of what inference needs.
 */
const FIGURES = new Map<
  string,
  [variables: number, parameters: number, trainable: number, ...gflops: number[]]
>([
  ["centernet_hg104_512x512_coco17_tpu-8", [824, 191_406_652, 191_289_148, 585.597, 526.826]],
  ["centernet_hg104_512x512_kpts_coco17_tpu-32", [848, 194_990_822, 194_873_318, 702.987, 585.521]],
  ["centernet_hg104_1024x1024_coco17_tpu-32", [824, 191_406_652, 191_289_148, 2342.389, 2107.307]],
  ["centernet_hg104_1024x1024_kpts_coco17_tpu-32", [848, 194_990_822, 194_873_318, 2811.949, 2342.086]],
  ["centernet_resnet50_v1_fpn_512x512_coco17_tpu-8", [356, 25_330_846, 25_277_214, 59.869]],
  ["centernet_resnet50_v1_fpn_512x512_kpts_coco17_tpu-8", [368, 25_795_827, 25_742_195, 75.078]],
  ["centernet_resnet101_v1_fpn_512x512_coco17_tpu-8", [662, 44_401_310, 44_295_454, 98.658]],
  ["centernet_resnet50_v2_512x512_coco17_tpu-8", [318, 29_897_950, 29_850_718, 56.179]],
  ["centernet_resnet50_v2_512x512_kpts_coco17_tpu-8", [330, 30_362_931, 30_315_699, 71.387]],
  ["centernet_mobilenetv2fpn_512x512_coco17_od", [304, 2_394_662, 2_360_390, 4.661]],
  ["centernet_mobilenetv2fpn_512x512_coco17_kpts", [319, 2_413_482, 2_379_210, 5.252]],
]);

/** The figures of inference are differences of rounded ones. */
const GFLOPS_ROUNDING = 1e-3;

test("every model of the zoo has its figures here", () => {
  expect(ZOO.map(({ name }) => name)).toEqual([...FIGURES.keys()]);
});

for (const { name, side, architecture } of ZOO) {
  test(`${name} has the exported checkpoint's variables, parameters and GFLOPs`, () => {
    const [variables, parameters, trainable, withEveryHead, gflops = withEveryHead] = FIGURES.get(name) ?? [];
    const graph = zooGraph(architecture, { height: side, width: side });
    expect(Object.keys(graph.parameters)).toHaveLength(variables ?? 0);
    for (const fuse of [false, true]) {
      const { layers, totals } = describeGraph(runnable(graph, fuse));
      expect(totals.storedNumbers).toBe(parameters);
      expect(totals.trainableParameters).toBe(trainable);
      expect(Math.abs(totals.gflops - (gflops ?? 0))).toBeLessThan(GFLOPS_ROUNDING);
      const all = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
      expect((2 * all) / 1e9).toBeCloseTo(withEveryHead ?? 0, 3);
    }
  });
}
