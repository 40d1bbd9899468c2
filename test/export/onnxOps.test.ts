import { describe, expect, test } from "vitest";
import { toChannelsFirst, toChannelsLast } from "../../bench/layouts.ts";
import type { Executor } from "../../src/backend/executor.ts";
import { encodeOnnx } from "../../src/export/onnx/encodeOnnx.ts";
import { exportGraph } from "../../src/export/onnx/exportGraph.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { CASES } from "../../src/kernels/cases.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import type { Shape, Weights } from "../../src/tensor.ts";
import { openOnnx, WITHOUT_RUNTIME } from "../support/onnxRuntime.ts";
import { OP_TOLERANCE, opCaseDifference } from "../support/opCaseDifference.ts";

describe.skipIf(WITHOUT_RUNTIME)("every op, written as ONNX, gives the same numbers there", () => {
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
    const run = await openOnnx(bytesOf(graph, weights));
    return {
      async run(inputs) {
        const feeds = Object.entries(inputs).map(([name, map]) => {
          const [batch, height, width, channels] = map.shape;
          const dims = [batch, channels, height, width];
          return [name, { dims, data: toChannelsFirst(map) }];
        });
        const results = await run(Object.fromEntries(feeds));
        const outputs = Object.entries(results).map(([name, { data, dims }]) => {
          const [, channels, height, width] = dims;
          const shape: Shape = [1, height, width, channels];
          return [name, toChannelsLast(shape, data as Float32Array)];
        });
        return { outputs: Object.fromEntries(outputs), taps: {} };
      },
      dispose: async () => {},
    };
  },
  dispose: async () => {},
};

function bytesOf(graph: Graph, weights: Weights): Uint8Array {
  return concatenate([...encodeOnnx(exportGraph(graph, weights, "NCHW"), { name: "op" }).pieces]);
}
