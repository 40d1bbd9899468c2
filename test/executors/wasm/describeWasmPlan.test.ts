import { expect, test } from "vitest";
import { convolution } from "../../../src/blocks/convolution.ts";
import { describeWasmPlan } from "../../../src/executors/wasm/describeWasmPlan.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { DEFAULT_CHOICES } from "../../../src/kernels/wasm/kernel.ts";
import { shapeOf } from "../../../src/tensor.ts";
import { chain } from "../../support/chain.ts";

function network(): Graph {
  const builder = new GraphBuilder();
  let x = builder.input("x", shapeOf(64, 64, 3));
  const layer = (name: string, channels: number, kernel: number, stride = 1) => {
    x = convolution(x, builder.root.at(name), { channels, kernel, stride });
  };
  layer("stem", 16, 7, 1);
  layer("large", 16, 3);
  layer("down", 16, 3, 4);
  layer("middle", 16, 3);
  layer("downAgain", 16, 3, 4);
  layer("small", 16, 3);
  builder.output("y", x);
  return builder.build();
}

test("describes which algorithm each layer gets, and why", () => {
  const { layers } = describeWasmPlan(network());
  expect(layers.map(({ name, algorithm }) => [name, algorithm])).toEqual([
    ["stem.conv2d", "gathered product of matrices: not 3x3 at stride 1"],
    ["large.conv2d", "Winograd F(4x4): 3x3 on a large map"],
    ["down.conv2d", "gathered product of matrices: not 3x3 at stride 1"],
    ["middle.conv2d", "Winograd F(2x2): a map below 32x32"],
    ["downAgain.conv2d", "gathered product of matrices: not 3x3 at stride 1"],
    ["small.conv2d", "gathered product of matrices: a map below 8x8"],
  ]);
});

test("precision exact avoids F(4x4), which also takes less memory", () => {
  const exact = describeWasmPlan(network(), { ...DEFAULT_CHOICES, precision: "exact" });
  expect(exact.layers[1].algorithm).toBe("Winograd F(2x2): precision exact");
  expect(exact.bytes.weights).toBeLessThan(describeWasmPlan(network()).bytes.weights);
});

test("memory is the sum of weights, the peak of maps in use together, and scratch", () => {
  const { layers, bytes } = describeWasmPlan(network());
  expect(bytes.maps).toBe(2 * 64 * 64 * 16 * 4);
  expect(bytes.weights).toBeGreaterThan(layers.reduce((sum, { weightBytes }) => sum + weightBytes, 0));
  expect(bytes.total).toBeGreaterThanOrEqual(bytes.weights + bytes.maps + bytes.scratch);
});

test("memory low keeps weights as they are stored, and only one layer's transformed weights, among the maps", () => {
  const { layers, bytes } = describeWasmPlan(network(), { ...DEFAULT_CHOICES, memory: "low" });
  expect(layers[1].algorithm).toBe(
    "Winograd F(4x4): 3x3 on a large map; weights transformed in each run: memory low",
  );
  const [kernel, bias] = [3 * 3 * 16 * 16, 16];
  expect(layers[1].weightBytes).toBe((kernel + bias) * 4);
  expect(bytes.weights).toBeLessThan(describeWasmPlan(network()).bytes.weights);
  expect(bytes.maps).toBe(2 * 64 * 64 * 16 * 4 + 36 * 16 * 16 * 4);
});

test("layers with large maps keep their weights as they are stored by default, too", () => {
  for (const [side, stored] of [
    [127, false],
    [128, true],
  ] as const) {
    const [{ algorithm, weightBytes }] = describeWasmPlan(chain(side, 16, 1)).layers;
    const weights = (stored ? 3 * 3 : 6 * 6) * 16 * 16 + 16;
    expect(weightBytes).toBe(weights * 4);
    const reason = stored ? "; weights transformed in each run: a map from 128x128 on" : "";
    expect(algorithm).toBe(`Winograd F(4x4): 3x3 on a large map${reason}`);
  }
});
