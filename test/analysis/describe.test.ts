import { expect, test } from "vitest";
import { describeGraph } from "../../src/analysis/describe.ts";
import { GraphBuilder } from "../../src/graph/graph.ts";
import { batchNorm } from "../../src/kernels/batchNorm/op.ts";
import { conv2d } from "../../src/kernels/conv2d/op.ts";
import { relu } from "../../src/kernels/elementwise/op.ts";
import { padAll } from "../../src/kernels/window.ts";
import { modelNamed } from "../../src/models/models.ts";
import { runnable } from "../../src/network.ts";
import { shapeOf } from "../../src/tensor.ts";

/** As counted in the published graphs, whose scalars and center tables are the constants. */
const PUBLISHED = [
  { name: "movenet-multipose", parameters: 4_723_346, tensors: 151, gflops: 1.943, constants: 4 },
  { name: "movenet-lightning", parameters: 2_317_974, tensors: 141, gflops: 0.541, constants: 3 + 48 * 48 },
  { name: "movenet-thunder", parameters: 6_226_046, tensors: 141, gflops: 2.44, constants: 3 + 64 * 64 },
];

for (const { name, parameters, tensors, gflops, constants } of PUBLISHED) {
  test(`${name} has the published graph's parameters and multiply-adds, fused or not`, () => {
    const model = modelNamed(name);
    const graph = model.graph(model.defaultSize);
    expect(Object.keys(graph.parameters)).toHaveLength(tensors);
    for (const fuse of [false, true]) {
      const { layers, totals } = describeGraph(runnable(graph, fuse), model.constants(model.defaultSize));
      expect(totals.trainableParameters).toBe(parameters);
      expect(totals.storedNumbers).toBe(parameters + constants);
      expect(totals.gflops).toBeCloseTo(gflops, 3);
      expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
    }
  });
}

test("a batch norm is four numbers a channel, two of them trained; folded it is a bias", () => {
  const builder = new GraphBuilder();
  const scope = builder.root.at("stem");
  const image = builder.input("image", shapeOf(8, 6, 3));
  const x = conv2d(image, scope, { channels: 5, kernel: 3, stride: 2, padding: padAll(1) }); // 4 x 3 x 5
  builder.output("map", relu(batchNorm(x, scope.at("norm"), { epsilon: 1e-3 }), scope));
  const graph = builder.build();

  const kernel = 3 * 3 * 3 * 5;
  const multiplyAdds = 4 * 3 * kernel;
  const totals = {
    trainableParameters: kernel + 2 * 5,
    storedNumbers: kernel + 4 * 5,
    multiplyAdds,
    gflops: (2 * multiplyAdds) / 1e9,
  };
  const shape = shapeOf(4, 3, 5);
  expect(describeGraph(graph)).toEqual({
    layers: [
      { name: "stem.conv2d", op: "conv2d", shape, parameters: kernel, multiplyAdds, needed: true },
      { name: "stem.norm.batchNorm", op: "batchNorm", shape, parameters: 20, multiplyAdds: 0, needed: true },
      { name: "stem.relu", op: "relu", shape, parameters: 0, multiplyAdds: 0, needed: true },
    ],
    totals,
  });
  expect(describeGraph(runnable(graph, true))).toEqual({
    layers: [
      {
        name: "stem.relu",
        op: "conv2d+bias+relu",
        shape,
        parameters: kernel + 5,
        multiplyAdds,
        needed: true,
      },
    ],
    totals,
  });
});
