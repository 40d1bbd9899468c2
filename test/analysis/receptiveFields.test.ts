import { expect, test } from "vitest";
import { type PixelArea, receptiveFieldAt, receptiveFields } from "../../src/analysis/receptiveFields.ts";
import { UsageError } from "../../src/errors.ts";
import { caseGraph } from "../../src/executors/selfTest.ts";
import { type Graph, GraphBuilder, shapesByName } from "../../src/graph/graph.ts";
import type { Op } from "../../src/graph/op.ts";
import type { PoseHeadOptions } from "../../src/heads/poseHeads.ts";
import { CASES } from "../../src/kernels/cases.ts";
import { conv2d } from "../../src/kernels/conv2d/op.ts";
import { cornerPool } from "../../src/kernels/cornerPool/op.ts";
import { OPS, type OpName } from "../../src/kernels/ops.ts";
import { transposedConv2d } from "../../src/kernels/transposedConv2d/op.ts";
import { upsampleNearest } from "../../src/kernels/upsample/op.ts";
import { padAll, samePadding } from "../../src/kernels/window.ts";
import { modelNamed } from "../../src/models/models.ts";
import { tripletGraph } from "../../src/models/triplets/tripletArchitecture.ts";
import {
  PLAIN_HEADS,
  SEPARABLE_HEADS,
  type ZooBackboneName,
  zooGraph,
} from "../../src/models/zoo/zooArchitecture.ts";
import { runnable } from "../../src/network.ts";
import { type Shape, shapeOf, type Tensor } from "../../src/tensor.ts";
import { thinGraph, valuesOf } from "../support/thinGraph.ts";

interface Cell {
  readonly row: number;
  readonly column: number;
}

type Values = ReadonlyMap<string, Tensor>;

/** No cell of any node may change unless its field holds one of the changed pixels. */
async function expectNothingOutside(graph: Graph, pixels: readonly Cell[]): Promise<void> {
  const names = graph.nodes.map(({ name }) => name);
  const before = await valuesOf(graph, names, () => false);
  for (const pixel of pixels) {
    const after = await valuesOf(graph, names, (row, column) => row === pixel.row && column === pixel.column);
    for (const { name, shape } of graph.nodes) {
      for (const cell of cellsOf(shape)) {
        if (!changed(before, after, name, cell)) continue;
        const areas = receptiveFieldAt(graph, name, cell);
        const said = `${name} ${JSON.stringify(cell)}: ${JSON.stringify(areas)}`;
        if (!areas.some((area) => holds(area, pixel)))
          expect.fail(`${JSON.stringify(pixel)} changed ${said}`);
      }
    }
  }
}

/** Each border of a cell's field counts, unless the input cuts it off, and all pixels outside together change nothing. */
async function expectExact(graph: Graph, name: string, cell: Cell): Promise<void> {
  const areas = receptiveFieldAt(graph, name, cell);
  const said = `${name} ${JSON.stringify(cell)}: ${JSON.stringify(areas)}`;
  const valueWith = (isOne: (pixel: Cell) => boolean) =>
    valuesOf(graph, [name], (row, column) => isOne({ row, column }));
  const before = await valueWith(() => false);
  const outside = await valueWith((pixel) => !areas.some((area) => holds(area, pixel)));
  expect(changed(before, outside, name, cell), `outside of ${said}`).toBe(false);
  const [, height, width] = Object.values(graph.inputs)[0];
  for (const side of areas.flatMap((area) => sidesInside(area, height, width))) {
    const after = await valueWith((pixel) => holds(side, pixel));
    expect(changed(before, after, name, cell), `${JSON.stringify(side)} of ${said}`).toBe(true);
  }
}

function changed(before: Values, after: Values, name: string, { row, column }: Cell): boolean {
  const { shape, data } = before.get(name) as Tensor;
  const [, , width, channels] = shape;
  const first = (row * width + column) * channels;
  const now = (after.get(name) as Tensor).data;
  return data.subarray(first, first + channels).some((value, channel) => value !== now[first + channel]);
}

function holds({ top, left, bottom, right }: PixelArea, { row, column }: Cell): boolean {
  return top <= row && row <= bottom && left <= column && column <= right;
}

/** Those behind which there are more pixels; all of a field that covers the whole input. */
function sidesInside(area: PixelArea, height: number, width: number): PixelArea[] {
  const { top, left, bottom, right } = area;
  const sides = [
    top > 0 && { ...area, bottom: top },
    bottom < height - 1 && { ...area, top: bottom },
    left > 0 && { ...area, right: left },
    right < width - 1 && { ...area, left: right },
  ].filter((side) => side !== false);
  return sides.length > 0 ? sides : [area];
}

function cellsOf([, height, width]: Shape): Cell[] {
  return Array.from({ length: height * width }, (_, i) => ({
    row: Math.floor(i / width),
    column: i % width,
  }));
}

function firstCell(): Cell {
  return { row: 0, column: 0 };
}

function lastCell(graph: Graph, name: string): Cell {
  const [, height, width] = shapesByName(graph).get(name) as Shape;
  return { row: height - 1, column: width - 1 };
}

for (const [name, cases] of Object.entries(CASES)) {
  // Offsets, not attributes, say which cells are read; and one channel in every map is no concatenation.
  if (name === "deformConv2d" || name === "concatenate") continue;
  test(`${name}: the cells it reads are those it declares`, async () => {
    for (const { inputs, attributes } of cases) {
      const builder = new GraphBuilder();
      const values = inputs.map((shape, i) => builder.input(`x${i}`, shape));
      const op = OPS[name as OpName] as Op;
      builder.output("y", builder.apply(op, values, builder.root.at("op"), attributes));
      const graph = thinGraph(builder.build());
      const last = lastCell(graph, `op.${name}`);
      const middle = { row: last.row >> 1, column: last.column >> 1 };
      for (const cell of [firstCell(), middle, last]) await expectExact(graph, `op.${name}`, cell);
      const [, rows, columns] = inputs[0];
      await expectNothingOutside(graph, [{ row: rows >> 1, column: columns >> 1 }]);
    }
  });
}

const RGB = {
  bgrOrdering: false,
  channelMeans: [0, 0, 0],
  channelStds: [1, 1, 1],
  extractorRule: "none",
} as const;
const ZOO = { normalization: RGB, classes: 1, keypoints: 1 };

const SMALL_HOURGLASS = { stacks: 2, stemChannels: 4, channels: [4, 4], blocks: [1, 1] };

interface Network {
  readonly title: string;
  readonly graph: (height: number, width: number) => Graph;
  /** A side of which a cell in the corner does not see all, and a short one. */
  readonly sides: readonly [long: number, short: number];
  readonly outputs: readonly string[];
}

function zooNetwork(backbone: ZooBackboneName, heads: PoseHeadOptions): Network["graph"] {
  return (height, width) => zooGraph({ ...ZOO, backbone, heads }, { height, width });
}

const NETWORKS: readonly Network[] = [
  {
    title: "MoveNet",
    graph: (height, width) => modelNamed("movenet-multipose").graph({ height, width }),
    sides: [352, 64],
    outputs: ["centerHeatmap", "centerMaximum"],
  },
  {
    title: "objects on MobileNetV2 with a pyramid",
    graph: zooNetwork("mobilenet_v2_fpn_sep_conv", SEPARABLE_HEADS),
    sides: [352, 64],
    outputs: ["boxSize", "keypointHeatmap"],
  },
  {
    title: "objects on ResNet-50 with a pyramid",
    graph: zooNetwork("resnet_v1_50_fpn", PLAIN_HEADS),
    sides: [288, 64],
    outputs: ["keypointRegression"],
  },
  {
    title: "objects on ResNet-50 V2 with transposed convolutions",
    graph: zooNetwork("resnet_v2_50", PLAIN_HEADS),
    sides: [371, 61],
    outputs: ["centerHeatmap"],
  },
  {
    title: "objects on an hourglass",
    graph: zooNetwork("hourglass_10", PLAIN_HEADS),
    sides: [160, 64],
    outputs: ["boxOffset"],
  },
  {
    title: "triplets",
    graph: (height, width) => tripletGraph({ hourglass: SMALL_HOURGLASS, classes: 1 }, { height, width }),
    sides: [303, 63],
    outputs: ["topLeftHeatmap", "bottomRightEmbedding"],
  },
  {
    title: "triplets of one stack",
    graph: (height, width) => {
      return tripletGraph({ hourglass: { ...SMALL_HOURGLASS, stacks: 1 }, classes: 1 }, { height, width });
    },
    // Neither side may be short, or one arm of the cross would cover all.
    sides: [167, 167],
    outputs: ["centerOffset"],
  },
];

for (const { title, graph: graphAt, sides, outputs } of NETWORKS) {
  const [long, short] = sides;

  test(`${title}: in every layer a pixel changes only cells whose field holds it`, async () => {
    const pixel = { row: Math.floor(short / 3), column: Math.floor(short / 2) };
    await expectNothingOutside(thinGraph(graphAt(short, short)), [pixel]);
  });

  test.each(outputs)(`${title}: the field of %s is exact`, async (output) => {
    const tall = thinGraph(graphAt(long, short));
    const wide = thinGraph(graphAt(short, long));
    const name = tall.outputs[output];
    const seen = [
      ...receptiveFieldAt(tall, name, lastCell(tall, name)).map(({ top, bottom }) => bottom - top + 1),
      ...receptiveFieldAt(wide, name, firstCell()).map(({ left, right }) => right - left + 1),
    ];
    expect(Math.min(...seen)).toBeLessThan(long);
    await expectExact(tall, name, lastCell(tall, name));
    await expectExact(wide, name, firstCell());
  });

  test(`${title}: the fused graph has the same fields`, () => {
    const graph = graphAt(short, short);
    const fields = receptiveFields(graph);
    const fused = receptiveFields(runnable(graph, true));
    for (const [name, field] of Object.entries(fused)) {
      if (name in fields) expect(field, name).toEqual(fields[name]);
    }
    for (const name of Object.values(graph.outputs)) expect(Object.keys(fused)).toContain(name);
  });
}

test("a deformable convolution may read every cell, since its offsets have no limit", () => {
  const { graph } = caseGraph([{ op: "deformConv2d", opCase: CASES.deformConv2d[0] }]);
  const [{ name, shape }] = graph.nodes;
  const [, height, width] = shape;
  const whole = { top: 0, left: 0, bottom: height - 1, right: width - 1 };
  expect(receptiveFieldAt(graph, name, { row: 1, column: 2 })).toEqual([whole]);
  const endless = { size: Number.POSITIVE_INFINITY, stride: 1, offset: Number.NEGATIVE_INFINITY };
  expect(receptiveFields(graph)[name]).toEqual([{ height: endless, width: endless }]);
});

test("convolutions: sizes, strides and offsets of a chain, with the padding of either framework", () => {
  const builder = new GraphBuilder();
  const { root } = builder;
  let x = builder.input("image", shapeOf(32, 48, 3));
  const window = { channels: 4, kernel: 3, stride: 2 };
  x = conv2d(x, root.at("a"), { ...window, padding: samePadding(32, 48, 3, 2) });
  x = conv2d(x, root.at("b"), { ...window, padding: padAll(1) });
  x = upsampleNearest(x, root.at("c"));
  builder.output(
    "map",
    transposedConv2d(x, root.at("d"), { channels: 4, kernel: 4, stride: 2, padding: padAll(1) }),
  );
  const axis = (size: number, stride: number, offset: number) => [
    { height: { size, stride, offset }, width: { size, stride, offset } },
  ];
  expect(receptiveFields(builder.build())).toEqual({
    "a.conv2d": axis(3, 2, 0),
    "b.conv2d": axis(7, 4, -2),
    "c.upsampleNearest": axis(7, 2, -2),
    "d.transposedConv2d": axis(11, 1, -6),
  });
});

test("pools: a line, a quadrant, and the whole input once the opposite pool follows", () => {
  const builder = new GraphBuilder();
  const { root } = builder;
  const image = builder.input("image", shapeOf(20, 30, 3));
  const top = cornerPool(image, root.at("line"), "top");
  const quadrant = cornerPool(top, root.at("quadrant"), "left");
  builder.output("column", cornerPool(top, root.at("column"), "bottom"));
  builder.output("quadrant", quadrant);
  const graph = builder.build();
  const pixel = { size: 1, stride: 1, offset: 0 };
  const onward = { size: Number.POSITIVE_INFINITY, stride: 1, offset: 0 };
  const whole = { ...onward, offset: Number.NEGATIVE_INFINITY };
  expect(receptiveFields(graph)).toEqual({
    "line.cornerPool": [{ height: onward, width: pixel }],
    "quadrant.cornerPool": [{ height: onward, width: onward }],
    "column.cornerPool": [{ height: whole, width: pixel }],
  });
  const at = (name: string) => receptiveFieldAt(graph, name, { row: 4, column: 7 });
  expect(at("line.cornerPool")).toEqual([{ top: 4, left: 7, bottom: 19, right: 7 }]);
  expect(at("quadrant.cornerPool")).toEqual([{ top: 4, left: 7, bottom: 19, right: 29 }]);
  expect(at("column.cornerPool")).toEqual([{ top: 0, left: 7, bottom: 19, right: 7 }]);
});

test("where the input cuts off all of a cross but itself, it is one rectangle", () => {
  const graph = tripletGraph({ hourglass: SMALL_HOURGLASS, classes: 1 }, { height: 63, width: 63 });
  const seen = receptiveFieldAt(graph, graph.outputs.centerHeatmap, { row: 8, column: 8 });
  expect(seen).toEqual([{ top: 0, left: 0, bottom: 62, right: 62 }]);
});

test("center pooling sees a cross, and as many cells more on each side as convolutions before and after it add", () => {
  const graph = tripletGraph({ hourglass: SMALL_HOURGLASS, classes: 1 }, { height: 127, width: 127 });
  const field = receptiveFields(graph)[graph.outputs.centerHeatmap];
  const endless = { size: Number.POSITIVE_INFINITY, stride: 4, offset: Number.NEGATIVE_INFINITY };
  expect(field).toHaveLength(2);
  expect(field.filter(({ height }) => height.size === endless.size).map(({ height }) => height)).toEqual([
    endless,
  ]);
  expect(field.filter(({ width }) => width.size === endless.size).map(({ width }) => width)).toEqual([
    endless,
  ]);
});

test("a wrong name gets the nearest right one, and a cell outside the map is refused", () => {
  const graph = modelNamed("movenet-lightning").graph({ height: 192, width: 192 });
  const ask = (name: string, row: number) => () => receptiveFieldAt(graph, name, { row, column: 0 });
  expect(ask("backbone.stem.conv2", 0)).toThrow(/Did you mean backbone\.stem\.conv2d\?/);
  expect(ask("backbone.stem.conv2d", 96)).toThrow(UsageError);
  expect(ask("backbone.stem.conv2d", 0.5)).toThrow("a row below 96");
  expect(ask("backbone.stem.conv2d", 95)).not.toThrow();
});
