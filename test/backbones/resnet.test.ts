import { describe, expect, test } from "vitest";
import { deconvolutionNeck } from "../../src/backbones/deconvolutionNeck.ts";
import { RESNET, type ResnetOptions, resnetV1 } from "../../src/backbones/resnetV1.ts";
import { resnetV2 } from "../../src/backbones/resnetV2.ts";
import { type Graph, GraphBuilder, neededNodes } from "../../src/graph/graph.ts";
import { shapeOf } from "../../src/tensor.ts";

function v1Graph(options: ResnetOptions): Graph {
  const builder = new GraphBuilder();
  const pyramid = resnetV1(builder.input("image", shapeOf(64, 96, 3)), builder.root, options);
  for (const [name, value] of Object.entries(pyramid)) builder.output(name, value);
  return builder.build();
}

function v2Graph(): Graph {
  const builder = new GraphBuilder();
  const c5 = resnetV2(builder.input("image", shapeOf(64, 96, 3)), builder.root);
  builder.output("map", deconvolutionNeck(c5, builder.root.at("neck")));
  return builder.build();
}

const nodeOf = (graph: Graph, name: string) => graph.nodes.find((node) => node.name === name);

describe("ResNet V1", () => {
  test.each([
    ["resnet-50", 53],
    ["resnet-101", 104],
  ] as const)("%s has %i convolutions and features at strides 4 to 32", (name, convolutions) => {
    const graph = v1Graph(RESNET[name]);
    expect(graph.nodes.filter(({ op }) => op === "conv2d")).toHaveLength(convolutions);
    const shapes = Object.values(graph.outputs).map((output) => nodeOf(graph, output)?.shape);
    expect(shapes).toEqual([
      shapeOf(16, 24, 256),
      shapeOf(8, 12, 512),
      shapeOf(4, 6, 1024),
      shapeOf(2, 3, 2048),
    ]);
  });

  test("a stage's stride stands in the first 1x1 convolution of its first block, and in the shortcut", () => {
    const strided = v1Graph(RESNET["resnet-50"]).nodes.filter(({ attributes }) => attributes.stride === 2);
    expect(strided.map(({ name }) => name)).toEqual([
      "stem.conv2d",
      "stem.maxPool",
      ...[3, 4, 5].flatMap((stage) => [
        `stage${stage}.block1.conv1.conv2d`,
        `stage${stage}.block1.shortcut.conv2d`,
      ]),
    ]);
  });
});

describe("ResNet V2", () => {
  const graph = v2Graph();

  test("a stage's stride stands in the 3x3 convolution of its last block, and in its shortcut", () => {
    const strided = graph.nodes.filter(
      ({ op, attributes }) => attributes.stride === 2 && op !== "transposedConv2d",
    );
    expect(strided.map(({ name }) => name)).toEqual([
      "stem.conv2d",
      "stem.maxPool",
      ...["stage2.block3", "stage3.block4", "stage4.block6"].flatMap((block) => [
        `${block}.conv2.conv2d`,
        `${block}.maxPool`,
      ]),
    ]);
  });

  test("zeros count at the border of its first pool, whose map has negative numbers", () => {
    expect(nodeOf(graph, "stem.maxPool")?.attributes).toMatchObject({ outside: "zero" });
    expect(nodeOf(graph, "stem.maxPool")?.inputs).toEqual(["stem.bias"]);
  });

  test("the norm after the last stage is stored, but nothing runs it", () => {
    expect(Object.keys(graph.parameters)).toContain("postactivation.norm.gamma");
    const needed = neededNodes(graph).map(({ name }) => name);
    expect(needed).not.toContain("postactivation.norm.batchNorm");
    expect(needed).toHaveLength(graph.nodes.length - 2);
  });

  test("its neck brings stride 32 to stride 4", () => {
    expect(nodeOf(graph, "stage5.block3.add")?.shape).toEqual(shapeOf(2, 3, 2048));
    expect(nodeOf(graph, graph.outputs.map)?.shape).toEqual(shapeOf(16, 24, 64));
  });
});
