import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../../src/backend/executor.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { wasmBuilds } from "../../../src/executors/wasm/wasmModule.ts";
import { NO_EPILOGUE } from "../../../src/graph/op.ts";
import type { OpCase } from "../../../src/kernels/opCase.ts";
import type { OpName } from "../../../src/kernels/ops.ts";
import { padAll } from "../../../src/kernels/window.ts";
import { shapeOf } from "../../../src/tensor.ts";
import { OP_TOLERANCE, opCaseDifference } from "../../support/opCaseDifference.ts";

const EPILOGUES = [
  NO_EPILOGUE,
  { bias: true, residual: true, activation: "relu" },
  { bias: true, residual: false, activation: "relu6" },
] as const;

/** Cases too large for the ops' tables: several blocks of cells and panels of channels, tiles cut at each side. */
const SIZES = [
  { height: 13, width: 11, input: 6, channels: 22 },
  { height: 8, width: 12, input: 16, channels: 16 },
  { height: 2, width: 70, input: 3, channels: 9 },
  { height: 10, width: 5, input: 33, channels: 4 },
  { height: 34, width: 37, input: 9, channels: 20 },
] as const;

const WINDOWS = [
  { kernel: 1, stride: 1, padding: padAll(0) },
  { kernel: 3, stride: 1, padding: padAll(1) },
  { kernel: 3, stride: 2, padding: { top: 0, left: 1, bottom: 1, right: 0 } },
  { kernel: 5, stride: 3, padding: padAll(2) },
] as const;

const IMAGE_SIZES = [
  { height: 9, width: 11 },
  { height: 14, width: 7 },
] as const;

const IMAGE_PADDINGS = [padAll(0), padAll(1), { top: 0, left: 2, bottom: 1, right: 0 }] as const;

const DENSE: readonly OpName[] = ["conv2d", "transposedConv2d"];

// Node 20 has relaxed SIMD only behind this flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

test("this machine can run both builds", () => expect(wasmBuilds()).toEqual(["relaxed", "plain"]));

for (const build of ["relaxed", "plain"] as const) {
  describe(`${build} SIMD`, () => {
    let executor: Executor;
    let exact: Executor;
    let low: Executor;
    beforeAll(async () => {
      executor = await wasmExecutor({ build });
      exact = await wasmExecutor({ build, precision: "exact" });
      low = await wasmExecutor({ build, memory: "low" });
    });
    afterAll(() => Promise.all([executor.dispose(), exact.dispose(), low.dispose()]));

    test("a map of 128x128, whose weights are transformed in each run", async () => {
      const window = { kernel: 3, stride: 1, padding: padAll(1) };
      const inputs = [shapeOf(128, 128, 5)];
      const opCase: OpCase = {
        title: "",
        inputs,
        attributes: { ...window, channels: 9 },
        epilogue: EPILOGUES[1],
      };
      expect(await opCaseDifference(executor, "conv2d", opCase)).toBeLessThanOrEqual(OP_TOLERANCE.wasm);
      expect(await opCaseDifference(exact, "conv2d", opCase)).toBeLessThanOrEqual(OP_TOLERANCE.wasm);
    });

    // Rows inside an image are packed without a check of each cell; a kernel of even size fills a cell's last vector.
    for (const { height, width } of IMAGE_SIZES) {
      for (const kernel of [1, 2, 3, 5, 6]) {
        for (const stride of [1, 2, 3]) {
          for (const padding of IMAGE_PADDINGS) {
            for (const op of DENSE) {
              const { top, left, bottom, right } = padding;
              const title = `image ${height}x${width}, ${op} ${kernel}x${kernel}/${stride}, padding ${top},${left},${bottom},${right}`;
              if (Math.max(top, left, bottom, right) >= kernel) continue;
              test(title, async () => {
                const attributes = { kernel, stride, padding, channels: 13, outside: "ignored" };
                const inputs = [shapeOf(height, width, 3)];
                const opCase: OpCase = { title, inputs, attributes, epilogue: EPILOGUES[2] };
                const difference = await opCaseDifference(executor, op, opCase);
                expect(difference).toBeLessThanOrEqual(OP_TOLERANCE.wasm);
              });
            }
          }
        }
      }
    }

    for (const op of [...DENSE, "depthwiseConv2d", "maxPool"] as const) {
      describe(`${op} at every size agrees with plain arithmetic`, () => {
        for (const { height, width, input, channels } of SIZES) {
          for (const window of WINDOWS) {
            for (const epilogue of op === "maxPool" ? [NO_EPILOGUE] : EPILOGUES) {
              const { kernel, stride } = window;
              const title = `${height}x${width}x${input}, ${kernel}x${kernel}/${stride}, ${JSON.stringify(epilogue)}`;

              const attributes = { ...window, channels, outside: "ignored" };
              const opCase: OpCase = { title, inputs: [shapeOf(height, width, input)], attributes, epilogue };
              const large = op === "conv2d" && kernel === 3 && stride === 1 && height * width >= 1024;
              test(title, async () => {
                const difference = await opCaseDifference(executor, op, opCase);
                expect(difference).toBeLessThanOrEqual(OP_TOLERANCE.wasm);
                if (op === "conv2d") expect(await opCaseDifference(low, op, opCase)).toBe(difference);
                if (large)
                  expect(await opCaseDifference(exact, op, opCase)).toBeLessThanOrEqual(OP_TOLERANCE.wasm);
              });
            }
          }
        }
      });
    }
  });
}
