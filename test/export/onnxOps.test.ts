import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importPeer } from "../../bench/importPeer.ts";
import { toChannelsFirst, toChannelsLast } from "../../bench/layouts.ts";
import type { Executor } from "../../src/backend/executor.ts";
import { encodeOnnx } from "../../src/export/onnx/encodeOnnx.ts";
import { exportGraph } from "../../src/export/onnx/exportGraph.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { CASES } from "../../src/kernels/cases.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import type { Shape, Weights } from "../../src/tensor.ts";
import { OP_TOLERANCE, opCaseDifference } from "../support/opCaseDifference.ts";
import { mayBeLeftOut } from "../support/required.ts";

interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
}
interface OnnxSession {
  run(feeds: Record<string, object>): Promise<Record<string, { data: Float32Array; dims: number[] }>>;
}

// The peers are dependencies of bench/ alone; `npm ci --prefix bench` installs them.
const installed = existsSync("bench/node_modules/onnxruntime-node");

describe.skipIf(!installed && mayBeLeftOut)("every op, written as ONNX, gives the same numbers there", () => {
  for (const op of Object.keys(CASES) as OpName[]) {
    for (const opCase of CASES[op]) {
      test(`${op}: ${opCase.title}`, async () => {
        expect(await opCaseDifference(onnxExecutor, op, opCase)).toBeLessThanOrEqual(OP_TOLERANCE.wasm);
      });
    }
  }
});

/** Runs graphs on onnxruntime-node by way of the files that are exported. */
const onnxExecutor: Executor = {
  backend: "onnxruntime-node",
  details: {},
  async prepare(graph, weights) {
    const ort = await importPeer<OnnxRuntime>("onnxruntime-node");
    const session = await ort.InferenceSession.create(bytesOf(graph, weights));
    return {
      async run(inputs) {
        const feeds = Object.entries(inputs).map(([name, map]) => {
          const [batch, height, width, channels] = map.shape;
          const dims = [batch, channels, height, width];
          return [name, new ort.Tensor("float32", toChannelsFirst(map), dims)];
        });
        const results = await session.run(Object.fromEntries(feeds));
        const outputs = Object.entries(results).map(([name, { data, dims }]) => {
          const [, channels, height, width] = dims;
          const shape: Shape = [1, height, width, channels];
          return [name, toChannelsLast(shape, data)];
        });
        return { outputs: Object.fromEntries(outputs), taps: {} };
      },
      dispose: async () => {},
    };
  },
  dispose: async () => {},
};

function bytesOf(graph: Graph, weights: Weights): Uint8Array {
  return concatenate([...encodeOnnx(exportGraph(graph, weights, "nchw"), { name: "op" }).pieces]);
}
