import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { ZOO_NORMALIZATIONS } from "../../src/image/input/normalization.ts";
import { checkInputSize } from "../../src/models/model.ts";
import { modelNamed } from "../../src/models/models.ts";
import { sidesInMultiplesOf } from "../../src/models/sideRule.ts";
import {
  PLAIN_HEADS,
  ZOO_BACKBONES,
  type ZooBackboneName,
  zooGraph,
} from "../../src/models/zoo/zooArchitecture.ts";

/** Height and width of the maps for an input of this size; undefined if they do not fit together. */
function mapSize(backbone: ZooBackboneName, height: number, width: number) {
  const normalization = ZOO_NORMALIZATIONS.hourglass;
  const architecture = { backbone, normalization, classes: 1, heads: PLAIN_HEADS };
  try {
    const graph = zooGraph(architecture, { height, width });
    const [, rows, columns] = graph.nodes.find(({ name }) => name === graph.outputs.boxSize)?.shape ?? [];
    return [rows, columns];
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return undefined;
  }
}

/** Every side that TensorFlow was tried on; Hourglass-104 was tried on fewer. */
const TRIED = Array.from({ length: 133 }, (_, i) => i + 1);
const LARGE = [1, 4, 5, 64, 96, 124, 125, 126, 127, 128, 129, 132, 192, 252, 253, 255, 256];
/** The names of the configuration, and what becomes of a side of up to 4 pixels. */
const SMALLEST = { resnet_v1_50_fpn: 8, mobilenet_v2_fpn_sep_conv: 8, hourglass_104: 32 };

const BACKBONES = Object.keys(ZOO_BACKBONES) as ZooBackboneName[];

describe.each(BACKBONES)("the sides that %s takes", (backbone) => {
  const { sides, sizeMultiple } = ZOO_BACKBONES[backbone];
  const tried = sizeMultiple > 32 || backbone === "resnet_v1_101_fpn" ? LARGE : TRIED;

  test("are those at which its maps fit together", () => {
    for (const side of tried) {
      const fits = sides.takes(side);
      expect(mapSize(backbone, side, sizeMultiple) !== undefined, `${side}`).toBe(fits);
      expect(mapSize(backbone, sizeMultiple, side) !== undefined, `${side}`).toBe(fits);
      expect(sides.takes(sides.nearest(side))).toBe(true);
    }
  });

  test("become as many cells as in the original", () => {
    for (const side of tried.filter((side) => sides.takes(side))) {
      const quarter = Math.ceil(side / 4);
      const deconvolved = 8 * Math.ceil(side / 32);
      const cells = backbone === "resnet_v2_50" ? deconvolved : Math.max(quarter, sizeMultiple / 4);
      expect(mapSize(backbone, side, side), `${side}`).toEqual([cells, cells]);
    }
    if (!(backbone in SMALLEST)) return;
    expect(mapSize(backbone, 3, sizeMultiple)?.[0]).toBe(SMALLEST[backbone as keyof typeof SMALLEST]);
  });
});

test("the nearest side is never one of the few pixels that run only by repeating a cell", () => {
  const { nearest, takes } = sidesInMultiplesOf(32);
  expect([3, 5, 16, 29, 33, 46, 47, 300, 500].map(nearest)).toEqual([29, 29, 29, 29, 32, 32, 61, 288, 509]);
  expect([1, 4, 5, 28, 29, 32, 33].map(takes)).toEqual([true, true, false, false, true, true, false]);
});

test("a size to choose is refused with the nearest", () => {
  const model = modelNamed("centernet_hg104_512x512_coco17_tpu-8");
  expect(() => checkInputSize(model, { height: 510, width: 510 })).not.toThrow();
  expect(() => checkInputSize(model, { height: 500, width: 500 })).toThrow(
    "input size of centernet_hg104_512x512_coco17_tpu-8: expected a square in multiples of 128, up to 3 less, got 500x500. The nearest that it can run is 509x509.",
  );
  expect(() => checkInputSize(model, { height: 512, width: 384 })).toThrow(
    "The nearest that it can run is 512x512.",
  );
});
