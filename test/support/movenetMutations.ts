import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBytes, siblingReader } from "#platform";
import type { Executor } from "../../src/backend/executor.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { loadParameters, parameterShapes } from "../../src/loading/readWeights.ts";
import type { InputSize } from "../../src/models/model.ts";
import { modelNamed } from "../../src/models/models.ts";
import { runnable } from "../../src/network.ts";
import type { Weights } from "../../src/tensor.ts";
import type { GoldenCase } from "../../src/verify/goldenCase.ts";
import { type CaseReport, verifyCase } from "../../src/verify/verifyCase.ts";
import { movenetRunner } from "../../src/verify/verifyModel.ts";
import { goldenAt, OWN_GOLDENS } from "./goldens.ts";

interface Subject {
  readonly golden: GoldenCase;
  readonly graph: Graph;
  readonly weights: Weights;
}

/** That the golden tests can fail: small mistakes are noticed, and at the place where they were made. */
export function testMutations(name: string, image: string, size: InputSize, weightsFile: string): void {
  let executor: Executor;
  beforeAll(async () => {
    executor = await gpujsExecutor({ mode: "webasm" });
  });
  afterAll(() => executor.dispose());

  async function subject(): Promise<Subject> {
    const model = modelNamed(name);
    const bytes = await readBytes(weightsFile);
    const file = await openCheckpoint({ where: name, bytes, readSibling: siblingReader(weightsFile) });
    const checkpoint = await nameParameters(file);
    const weights = await loadParameters(parameterShapes(model, size), checkpoint, { model: name });
    const golden = await goldenAt(join(OWN_GOLDENS, "tfjs", name, image));
    return { golden, graph: runnable(model.graph(size, weights), true), weights };
  }

  async function verified({ golden, graph, weights }: Subject): Promise<CaseReport> {
    const plan = await executor.prepare(graph, weights);
    const network = { graph, constants: weights, run: plan.run.bind(plan), dispose: () => plan.dispose() };
    const report = await verifyCase(
      golden,
      movenetRunner(network, () => Promise.reject(new Error("no tap is hidden"))),
    );
    await network.dispose();
    return report;
  }

  test(`${name}: unchanged, it passes`, async () => {
    expect((await verified(await subject())).pass).toBe(true);
  });

  test(`${name}: padding before instead of after is noticed at the first layer`, async () => {
    const it = await subject();
    const padding = { top: 1, left: 1, bottom: 0, right: 0 };
    const graph = withNode(it.graph, "backbone.stem.relu6", (node) => {
      return { ...node, attributes: { ...node.attributes, padding } };
    });
    expect((await verified({ ...it, graph })).firstBeyond?.name).toBe("conv1");
  });

  test(`${name}: two swapped channels are noticed at the next tap`, async () => {
    const it = await subject();
    const weights = new Map(it.weights);
    const kernel = weights.get("backbone.block3.project.kernel");
    if (!kernel) throw new Error("no such parameter");
    const channels = kernel.shape[3];
    const data = kernel.data.map((w, i) =>
      i % channels === 0 ? kernel.data[i + 1] : i % channels === 1 ? kernel.data[i - 1] : w,
    );
    weights.set("backbone.block3.project.kernel", { ...kernel, data });
    expect((await verified({ ...it, weights })).firstBeyond?.name).toBe("c3");
  });

  test(`${name}: a ReLU in place of a ReLU6 is noticed at the next tap`, async () => {
    const it = await subject();
    const graph = withNode(it.graph, "backbone.top.relu6", (node) => {
      return { ...node, epilogue: { bias: true, residual: false, activation: "relu" } };
    });
    expect((await verified({ ...it, graph })).firstBeyond?.name).toBe("c5");
  });

  test(`${name}: a batch norm's epsilon of 1e-3 taken for 1e-5 when folding is noticed`, async () => {
    // A folded file holds kernel · gamma / √(variance + epsilon): a wrong epsilon scales whole channels.
    const it = await subject();
    const weights = new Map(it.weights);
    const kernel = weights.get("fpn.merge3.pointwise.kernel");
    if (!kernel) throw new Error("no such parameter");
    const variance = 0.05; // of a channel with small activations
    const factor = Math.sqrt((variance + 1e-3) / (variance + 1e-5));
    weights.set("fpn.merge3.pointwise.kernel", { ...kernel, data: kernel.data.map((w) => w * factor) });
    expect((await verified({ ...it, weights })).firstBeyond?.name).toBe("p3");
  });

  test(`${name}: nearest in place of bilinear upsampling is noticed at the merge`, async () => {
    const it = await subject();
    const graph = withNode(it.graph, "fpn.merge4.upsampleBilinear", (node) => ({
      ...node,
      op: "upsampleNearest",
    }));
    expect((await verified({ ...it, graph })).firstBeyond?.name).toBe("p4");
  });
}

function withNode(graph: Graph, name: string, change: (node: GraphNode) => GraphNode): Graph {
  expect(graph.nodes.map((node) => node.name)).toContain(name);
  return { ...graph, nodes: graph.nodes.map((node) => (node.name === name ? change(node) : node)) };
}
