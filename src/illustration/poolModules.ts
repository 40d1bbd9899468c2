/**
 * The modules that pool, on features of few channels, with weights chosen by hand instead of trained, so that every
 * step has a meaning. They return several steps' values, of which channel 0 is the one to look at.
 */
import { cascadeCornerPool } from "../blocks/cascadeCornerPool.ts";
import { centerPool } from "../blocks/centerPool.ts";
import { referenceExecutor } from "../executors/reference/referenceExecutor.ts";
import { type Graph, GraphBuilder } from "../graph/graph.ts";
import { cornerPool } from "../kernels/cornerPool/op.ts";
import { add } from "../kernels/elementwise/op.ts";
import { elementCount, type Tensor } from "../tensor.ts";

/** Corner pooling alone (Law & Deng): top pooling of the left sides, left pooling of the top sides, the sum. */
export function cornerPooling(leftSides: Tensor, topSides: Tensor): Promise<Tensor[]> {
  const builder = new GraphBuilder();
  const p = builder.root;
  const top = cornerPool(builder.input("leftSides", leftSides.shape), p.at("top"), "top");
  const left = cornerPool(builder.input("topSides", topSides.shape), p.at("left"), "left");
  builder.output("sum", add(top, left, p));
  return run(builder.build(), { leftSides, topSides }, {}, ["top.cornerPool", "left.cornerPool", "add"]);
}

/**
 * Cascade corner pooling for top-left corners: the four steps of the vertical branch, then the result. The
 * channels show left sides, top sides and interiors. The convolution after each sum also subtracts 1, so that
 * only a side with an interior behind it stays above zero.
 */
export function cascadePooling(features: Tensor): Promise<Tensor[]> {
  const builder = new GraphBuilder();
  const p = builder.root.at("module");
  builder.output("y", cascadeCornerPool(builder.input("features", features.shape), p, "topLeft"));
  const branch = (name: string, side: number): HandWeights => ({
    [`module.${name}.look.kernel`]: [[2, 0, 1]],
    [`module.${name}.body.kernel`]: [[side, 0, 1]],
    [`module.${name}.body.norm.beta`]: [[0, 1, 1]], // a constant 1 in channel 1, for conv to subtract
    [`module.${name}.conv.kernel`]: [
      [0, 0, 1],
      [1, 0, -1],
    ],
  });
  const weights = { ...branch("vertical", 0), ...branch("horizontal", 1) };
  const steps = ["look.relu", "look.cornerPool", "add", "cornerPool"].map(
    (step) => `module.vertical.${step}`,
  );
  return run(builder.build(), { features }, weights, [...steps, "module.out.relu"]);
}

/** Center pooling: channel 0 along the columns, channel 1 along the rows, and their sum. */
export function centerPooling(features: Tensor): Promise<Tensor[]> {
  const builder = new GraphBuilder();
  builder.output("y", centerPool(builder.input("features", features.shape), builder.root.at("module")));
  const weights = { "module.vertical.kernel": [[0, 0, 1]], "module.horizontal.kernel": [[1, 0, 1]] };
  const pools = ["module.vertical.bottom.cornerPool", "module.horizontal.right.cornerPool"];
  return run(builder.build(), { features }, weights, [...pools, "module.out.relu"]);
}

/** For each parameter: [input channel, output channel, value], in the middle of a convolution's kernel. */
type HandWeights = Readonly<Record<string, readonly (readonly number[])[]>>;

/** The end of a module passes on what was pooled, without the shortcut. */
const PASS_ON: HandWeights = { "module.merge.kernel": [[0, 0, 1]], "module.out.kernel": [[0, 0, 1]] };

async function run(graph: Graph, inputs: Record<string, Tensor>, weights: HandWeights, steps: string[]) {
  const plan = await referenceExecutor().prepare(graph, parametersOf(graph, { ...PASS_ON, ...weights }));
  const { taps } = await plan.run(inputs, { taps: steps });
  return steps.map((step) => taps[step]);
}

/** Zeros, apart from the given weights and from batch norms that change nothing. */
function parametersOf(graph: Graph, weights: HandWeights) {
  const parameters = Object.entries(graph.parameters).map(([name, { shape }]) => {
    const data = new Float32Array(elementCount(shape)).fill(/gamma|variance/.test(name) ? 1 : 0);
    const [height, width, inputs, outputs] = [1, 1, 1, ...shape].slice(-4);
    const middle = ((height - 1) / 2) * width + (width - 1) / 2;
    for (const [from, to, value] of weights[name] ?? []) {
      data[(middle * inputs + from) * outputs + to] = value;
    }
    return [name, { shape, data }] as const;
  });
  return new Map(parameters);
}
