import { expect, test } from "vitest";
import { blocksOf, smallestBlocks } from "../../src/analysis/blocks.ts";
import { networkLayout } from "../../src/analysis/networkLayout.ts";
import { GraphBuilder } from "../../src/graph/graph.ts";
import { relu } from "../../src/kernels/elementwise/op.ts";
import { modelNamed } from "../../src/models/models.ts";
import { runnable } from "../../src/network.ts";
import { shapeOf } from "../../src/tensor.ts";

const graphOf = (name: string) => {
  const model = modelNamed(name);
  return model.graph(model.defaultSize);
};

test.each([
  ["movenet-multipose", 33],
  ["centernet_resnet50_v1_fpn_512x512_coco17_tpu-8", 96],
  ["centernet_hg104_512x512_coco17_tpu-8", 103],
  ["centernet-104", 148],
])("%s has %i blocks, of at most 12 nodes, which hold each node once", (name, count) => {
  const graph = graphOf(name);
  const blocks = smallestBlocks(blocksOf(graph));
  expect(blocks).toHaveLength(count);
  expect(Math.max(...blocks.map(({ nodes }) => nodes.length))).toBeLessThanOrEqual(12);
  expect(new Set(blocks.map((block) => block.name)).size).toBe(count);
  const nodes = blocks.flatMap((block) => block.nodes);
  expect(new Set(nodes)).toEqual(new Set(graph.nodes.map((node) => node.name)));
  expect(nodes).toHaveLength(graph.nodes.length);
});

test("residuals and heads are blocks, and larger scopes are trees of them", () => {
  const root = blocksOf(graphOf("movenet-multipose"));
  expect(root.parts.map(({ name }) => name)).toEqual(["preprocess", "backbone", "fpn", "heads"]);
  const [, backbone, , heads] = root.parts;
  expect(backbone.parts.map(({ name }) => name)).toContain("backbone.block4");
  expect(heads.parts.map(({ name }) => name)).toContain("heads.center");
  expect(heads.parts.every(({ parts }) => parts.length === 0)).toBe(true);
});

test.each(["movenet-multipose", "centernet-104", "centernet_resnet50_v2_512x512_coco17_tpu-8"])(
  "%s: no two blocks share a place, and edges lead to the right, fused or not",
  (name) => {
    for (const fuse of [false, true]) {
      const layout = networkLayout(runnable(graphOf(name), fuse));
      const places = new Map(layout.map((block) => [block.name, block]));
      expect(new Set(layout.map(({ row, column }) => `${row} ${column}`)).size).toBe(layout.length);
      for (const { inputs, column, name: reader, nodes } of layout) {
        if (nodes.length > 0) expect(inputs, reader).not.toHaveLength(0);
        for (const input of inputs) expect(places.get(input)?.column).toBeLessThan(column);
      }
    }
  },
);

test("an hourglass goes down to its innermost map and up again, once a stack", () => {
  const layout = networkLayout(graphOf("centernet_hg104_512x512_coco17_tpu-8"));
  for (const stack of ["stack0", "stack1"]) {
    const own = layout.filter(({ name }) => name.startsWith(`backbone.${stack}.`));
    const depth = (part: RegExp) => own.filter(({ name }) => part.test(name)).map(({ row }) => row);
    expect(depth(/\.down\.0$/)).toEqual([3, 4, 5, 6, 7]);
    expect(new Set(depth(/\.inner\./))).toEqual(new Set([7]));
    expect(depth(/upsampleNearest$/)).toEqual([6, 5, 4, 3, 2]);
  }
  const unneeded = layout.filter(({ needed }) => !needed).map(({ name }) => name);
  expect(unneeded).toEqual(["stack0.heads.center", "stack0.heads.boxSize", "stack0.heads.boxOffset"]);
});

test("a block whose row is taken goes to the next free one below", () => {
  const builder = new GraphBuilder();
  const image = builder.input("image", shapeOf(8, 8, 3));
  for (const name of ["a", "b", "c"]) builder.output(name, relu(image, builder.root.at(name)));
  const places = networkLayout(builder.build()).map(({ name, row, column }) => [name, column, row]);
  expect(places).toEqual([
    ["image", 0, 0],
    ["a", 1, 0],
    ["b", 1, 1],
    ["c", 1, 2],
  ]);
});

test("a block's family is what tells most about it", () => {
  const families = new Map(
    networkLayout(graphOf("movenet-multipose")).map(({ name, family }) => [name, family]),
  );
  expect(families.get("image")).toBe("input");
  expect(families.get("backbone.block4")).toBe("convolution");
  expect(new Set(families.values())).toContain("upsampling");
});
