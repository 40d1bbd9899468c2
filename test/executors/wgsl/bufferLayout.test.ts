import { expect, test } from "vitest";
import { convolution } from "../../../src/blocks/convolution.ts";
import { MemoryError } from "../../../src/errors.ts";
import { bufferLayout, fuseUpsampling } from "../../../src/executors/wgsl/bufferLayout.ts";
import { type Graph, GraphBuilder, neededNodes } from "../../../src/graph/graph.ts";
import { add } from "../../../src/kernels/elementwise/op.ts";
import { upsampleNearest } from "../../../src/kernels/upsample/op.ts";
import type { WgslTarget } from "../../../src/kernels/wgsl/kernel.ts";
import { TILES } from "../../../src/kernels/wgsl/tiles.ts";
import { MODELS } from "../../../src/models/models.ts";
import { runnable } from "../../../src/network.ts";
import { shapeOf } from "../../../src/tensor.ts";

// A layout needs no GPU.
const TARGET: WgslTarget = { precision: "default", tiles: TILES, slots: 264, maxBindingBytes: 2 ** 27 };

function chain(side: number, channels: number, layers: number): Graph {
  const builder = new GraphBuilder();
  let x = builder.input("x", shapeOf(side, side, channels));
  for (let layer = 0; layer < layers; layer++) {
    x = convolution(x, builder.root.at(`layer${layer}`), { channels, kernel: 3, bias: true });
  }
  builder.output("y", x);
  return builder.build();
}

for (const model of MODELS) {
  test(`no dispatch of ${model.name} reads and writes the same buffer, and no value is overwritten while it is needed`, () => {
    const graph = fuseUpsampling(runnable(model.graph(model.defaultSize), true));
    const { nodes, maps } = bufferLayout(graph, { ...TARGET, maxBindingBytes: 2 ** 30 });
    const holder = new Map<number, string>(
      Object.keys(graph.inputs).map((name) => [maps.get(name) ?? -1, name]),
    );
    for (const { node, inputs, residual, output, scratch } of nodes) {
      const read = [...inputs, ...(residual === undefined ? [] : [residual])];
      expect(read.map((buffer) => holder.get(buffer))).toEqual(node.inputs);
      const written = [output, ...scratch];
      expect(new Set([...written, ...read]).size).toBe(written.length + new Set(read).size);
      for (const buffer of scratch) holder.set(buffer, "scratch");
      holder.set(output, node.name);
    }
    for (const name of Object.values(graph.outputs)) expect(holder.get(maps.get(name) ?? -1)).toBe(name);
  });
}

test("a chain of layers needs the memory of two maps, however long it is", () => {
  const bytes = (layers: number) =>
    bufferLayout(chain(12, 8, layers), TARGET).bufferBytes.reduce((a, b) => a + b);
  expect(bytes(40)).toBe(bytes(4));
  expect(bytes(4)).toBe(2 * 12 * 12 * 8 * 4);
});

test("if bindings are small, Winograd's transforms run in bands that fit", () => {
  const graph = chain(64, 64, 1);
  const maxBindingBytes = 64 * 64 * 64 * 4;
  const [{ kernel }] = bufferLayout(graph, { ...TARGET, maxBindingBytes }).nodes;
  expect(kernel.algorithm).toBe("Winograd F(4x4) in 3 bands: 3x3 on a large map");
  expect(kernel.dispatches).toHaveLength(9);
  for (const bytes of kernel.scratchBytes) expect(bytes).toBeLessThanOrEqual(maxBindingBytes);
  const [{ kernel: whole }] = bufferLayout(graph, TARGET).nodes;
  expect(whole.algorithm).toBe("Winograd F(4x4): 3x3 on a large map");
  const [{ kernel: exact }] = bufferLayout(graph, { ...TARGET, precision: "exact" }).nodes;
  expect(exact.algorithm).toMatch(/^gathered product of matrices.*: precision exact$/);
});

test("a map larger than a binding is refused, with the size needed and the size available", () => {
  const layout = () => bufferLayout(chain(64, 64, 1), { ...TARGET, maxBindingBytes: 1e6 });
  expect(layout).toThrow(MemoryError);
  expect(layout).toThrow("expected a device that binds 1.0 MB at once, got one that binds 1.0 MB");
});

test("a sum reads the map before a nearest upsampling; the upsampling runs if it is tapped", () => {
  const builder = new GraphBuilder();
  const small = builder.input("small", shapeOf(2, 3, 4));
  const large = builder.input("large", shapeOf(4, 6, 4));
  builder.output("y", add(large, upsampleNearest(small, builder.root), builder.root));
  const graph = fuseUpsampling(builder.build());
  expect(neededNodes(graph).map(({ inputs }) => inputs)).toEqual([["large", "small"]]);
  expect(neededNodes(graph, ["upsampleNearest"])).toHaveLength(2);
});
