import { cascadeCornerPool } from "../../src/blocks/cascadeCornerPool.ts";
import { centerPool } from "../../src/blocks/centerPool.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { cornerPool } from "../../src/kernels/cornerPool/op.ts";
import { add } from "../../src/kernels/elementwise/op.ts";
import { elementCount, type Parameter, type Shape, type Tensor, tensor } from "../../src/tensor.ts";

/**
 * The project's own modules on features of few channels, with weights that are chosen by hand instead of
 * trained, so that every step has a meaning. Each gives values of the graph, channel 0 alone, by name.
 */

/** What an object's features show, in this order of channels. */
export const LEFT_SIDES = 0;
export const TOP_SIDES = 1;
export const INSIDES = 2;

/** Corner pooling alone (Law & Deng): `top`, `left` and their sum. */
export function cornerPooling(features: Tensor): Promise<Map<string, Tensor>> {
  const builder = new GraphBuilder();
  const p = builder.root;
  const sides = {
    left: builder.input("leftSides", ofChannel(features.shape)),
    top: builder.input("topSides", ofChannel(features.shape)),
  };
  const top = cornerPool(sides.left, p.at("top"), "top");
  const left = cornerPool(sides.top, p.at("left"), "left");
  builder.output("sum", add(top, left, p));
  const inputs = { leftSides: channelOf(features, LEFT_SIDES), topSides: channelOf(features, TOP_SIDES) };
  return run(builder.build(), inputs, [], ["top.cornerPool", "left.cornerPool", "add"]);
}

/**
 * Cascade corner pooling of a top-left corner. Its convolutions let one channel through; the bare one behind
 * each look also takes 1 away, so that only a side with an inside behind it leaves more than nothing.
 */
export function cascadePooling(features: Tensor): Promise<Map<string, Tensor>> {
  const builder = new GraphBuilder();
  const p = builder.root.at("topLeft");
  builder.output("y", cascadeCornerPool(builder.input("features", features.shape), p, "topLeft"));
  const branch = (name: string, side: number): Tap[] => [
    { kernel: `topLeft.${name}.look`, from: INSIDES, to: 0, weight: 1 },
    { kernel: `topLeft.${name}.body`, from: side, to: 0, weight: 1 },
    { always: `topLeft.${name}.body`, to: 1 },
    { kernel: `topLeft.${name}.conv`, from: 0, to: 0, weight: 1 },
    { kernel: `topLeft.${name}.conv`, from: 1, to: 0, weight: -1 },
  ];
  const taps = [...branch("vertical", LEFT_SIDES), ...branch("horizontal", TOP_SIDES), ...passOn("topLeft")];
  const steps = ["look.relu", "look.cornerPool", "add", "cornerPool"].map(
    (step) => `topLeft.vertical.${step}`,
  );
  return run(builder.build(), { features }, taps, [...steps, "topLeft.out.relu"]);
}

/** Channel 0 of the features is pooled down the columns, channel 1 along the rows. */
export function centerPooling(features: Tensor): Promise<Map<string, Tensor>> {
  const builder = new GraphBuilder();
  builder.output("y", centerPool(builder.input("features", features.shape), builder.root.at("center")));
  const taps: Tap[] = [
    { kernel: "center.vertical", from: 0, to: 0, weight: 1 },
    { kernel: "center.horizontal", from: 1, to: 0, weight: 1 },
    ...passOn("center"),
  ];
  const steps = [
    "center.vertical.bottom.cornerPool",
    "center.horizontal.right.cornerPool",
    "center.out.relu",
  ];
  return run(builder.build(), { features }, taps, steps);
}

/** One weight of a kernel's middle, or a channel of a batch norm that is always 1. */
type Tap =
  | { readonly kernel: string; readonly from: number; readonly to: number; readonly weight: number }
  | { readonly always: string; readonly to: number };

/** The end of a pooling module: what was pooled, as it is, without the features beside it. */
function passOn(module: string): Tap[] {
  return ["merge", "out"].map((name) => ({ kernel: `${module}.${name}`, from: 0, to: 0, weight: 1 }));
}

async function run(
  graph: Graph,
  inputs: Record<string, Tensor>,
  taps: readonly Tap[],
  names: readonly string[],
): Promise<Map<string, Tensor>> {
  const plan = await referenceExecutor().prepare(graph, weightsOf(graph, taps));
  const values = (await plan.run(inputs, { taps: names })).taps;
  return new Map(
    names.map((name) => {
      const { shape, data } = values[name];
      return [name, channelOf({ shape: shape as unknown as Shape, data }, 0)];
    }),
  );
}

/** All numbers 0, but those of the taps and what makes a batch norm change nothing. */
function weightsOf(graph: Graph, taps: readonly Tap[]): Map<string, Parameter> {
  const weights = new Map<string, Parameter>();
  for (const [name, { shape }] of Object.entries(graph.parameters)) {
    const data = new Float32Array(elementCount(shape)).fill(/gamma|variance/.test(name) ? 1 : 0);
    weights.set(name, { shape, data });
  }
  const find = (name: string): Parameter => {
    const found = weights.get(name);
    if (!found) throw new Error(`the graph has no parameter ${name}`);
    return found;
  };
  for (const tap of taps) {
    if ("always" in tap) {
      find(`${tap.always}.norm.beta`).data[tap.to] = 1;
      continue;
    }
    const { shape, data } = find(`${tap.kernel}.kernel`);
    const [height, width, inputs, outputs] = shape;
    const middle = ((height - 1) / 2) * width + (width - 1) / 2;
    data[(middle * inputs + tap.from) * outputs + tap.to] = tap.weight;
  }
  return weights;
}

function ofChannel([batch, height, width]: Shape): Shape {
  return [batch, height, width, 1];
}

function channelOf({ shape, data }: Tensor, channel: number): Tensor {
  const cells = Float32Array.from(
    { length: shape[1] * shape[2] },
    (_, cell) => data[cell * shape[3] + channel],
  );
  return tensor(ofChannel(shape), cells);
}
