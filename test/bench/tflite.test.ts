import { describe, expect, test } from "vitest";
import { exportTflite, opsWithoutTflite } from "../../bench/tflite/exportTflite.ts";
import { blob, fileOf, table, tables, text } from "../../bench/tflite/flatbuffer.ts";
import { TFLITE_OPS } from "../../bench/tflite/tfliteOps.ts";
import type { Executor } from "../../src/backend/executor.ts";
import { CASES } from "../../src/kernels/cases.ts";
import { modelNamed } from "../../src/models/models.ts";
import { runnable } from "../../src/network.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { openTflite, WITHOUT_LITERT } from "../support/liteRt.ts";
import { OP_TOLERANCE, opCaseDifference } from "../support/opCaseDifference.ts";

const TOLERANCE = OP_TOLERANCE.wasm;

/** Runs graphs on LiteRT.js by way of the files that are exported. */
const liteRtExecutor: Executor = {
  backend: "litert",
  details: {},
  async prepare(graph, weights) {
    const model = await openTflite(concatenate([...exportTflite(graph, weights)]));
    return {
      run: async (inputs) => ({ outputs: await model.run(inputs), taps: {} }),
      dispose: async () => model.dispose(),
    };
  },
  dispose: async () => {},
};

describe.skipIf(WITHOUT_LITERT)("every op that TFLite has gives the same numbers there", () => {
  for (const op of Object.keys(TFLITE_OPS) as (keyof typeof TFLITE_OPS)[]) {
    for (const opCase of CASES[op]) {
      test(`${op}: ${opCase.title}`, async () => {
        expect(await opCaseDifference(liteRtExecutor, op, opCase)).toBeLessThanOrEqual(TOLERANCE);
      });
    }
  }
});

test("deformable layers are what TFLite lacks", () => {
  const lacks = (name: string) => {
    const model = modelNamed(name);
    return opsWithoutTflite(runnable(model.graph(model.defaultSize), true));
  };
  expect(lacks("ctdet_coco_dla_2x")).toEqual(["deformConv2d", "depthwiseTransposedConv2d"]);
  expect(lacks("centernet-104")).toEqual([]);
});

test("a FlatBuffer's parts are where its references say", () => {
  const numbers = Float32Array.of(1.5, -2);
  const data = blob(8, () => new Uint8Array(numbers.buffer));
  const root = table([7, undefined, tables([table([]), table([data])]), text("name")]);
  const view = new DataView(concatenate([...fileOf(root, "TFL3")]).buffer);
  const at = (place: number) => place + view.getUint32(place, true);
  /** Where a table's field is: its place in the table is in the table before it. */
  const field = (place: number, index: number) => {
    const slot = view.getUint16(place - view.getInt32(place, true) + 4 + 2 * index, true);
    return slot === 0 ? undefined : place + slot;
  };
  expect(String.fromCharCode(...new Uint8Array(view.buffer, 4, 4))).toBe("TFL3");
  const first = at(0);
  expect(view.getInt32(field(first, 0) as number, true)).toBe(7);
  expect(field(first, 1)).toBeUndefined();
  const name = at(field(first, 3) as number);
  expect([view.getUint32(name, true), view.getUint8(name + 4), view.getUint8(name + 8)]).toEqual([
    4, 0x6e, 0,
  ]);
  const list = at(field(first, 2) as number);
  expect(view.getUint32(list, true)).toBe(2);
  const bytes = at(field(at(list + 8), 0) as number);
  expect([view.getUint32(bytes, true), (bytes + 4) % 16]).toEqual([8, 0]);
  expect([view.getFloat32(bytes + 4, true), view.getFloat32(bytes + 8, true)]).toEqual([1.5, -2]);
});
