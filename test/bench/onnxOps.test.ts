import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importPeer } from "../../bench/importPeer.ts";
import { toChannelsFirst, toChannelsLast } from "../../bench/layouts.ts";
import { encodeOnnx } from "../../bench/onnx/encodeOnnx.ts";
import { exportGraph } from "../../bench/onnx/exportGraph.ts";
import type { Executor } from "../../src/backend/executor.ts";
import { CASES } from "../../src/kernels/cases.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import type { Shape } from "../../src/tensor.ts";
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

/** Runs graphs on onnxruntime-node by way of the files that the benchmark writes. */
const onnxExecutor: Executor = {
  backend: "onnxruntime-node",
  details: {},
  async prepare(graph, weights) {
    const ort = await importPeer<OnnxRuntime>("onnxruntime-node");
    const session = await ort.InferenceSession.create(await encodeOnnx(exportGraph(graph, weights)));
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
