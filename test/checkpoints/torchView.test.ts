import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesSource } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { TorchStorage, TorchTensor } from "../../src/checkpoints/torch/torchObjects.ts";
import { withoutModulePrefix } from "../../src/checkpoints/torch/torchVariables.ts";
import { readTorchView, torchView } from "../../src/checkpoints/torch/torchView.ts";

/** Element by element, by the definition of a strided view. */
function expected(values: readonly number[], offset: number, shape: number[], stride: number[]): number[] {
  if (shape.length === 0) return [values[offset]];
  return Array.from({ length: shape[0] }, (_, i) =>
    expected(values, offset + i * stride[0], shape.slice(1), stride.slice(1)),
  ).flat();
}

const axis = fc.record({ side: fc.integer({ min: 0, max: 4 }), step: fc.integer({ min: 0, max: 12 }) });

test("any view gives the elements that its definition names, in either byte order", async () => {
  const count = 200;
  const values = Array.from({ length: count }, (_, i) => i - 100);
  const views = fc.record({
    offset: fc.integer({ min: 0, max: 20 }),
    axes: fc.array(axis, { maxLength: 4 }),
    dtype: fc.constantFrom("F32" as const, "I16" as const),
    bigEndian: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(views, async ({ offset, axes, dtype, bigEndian }) => {
      const [shape, stride] = [axes.map(({ side }) => side), axes.map(({ step }) => step)];
      const width = dtype === "F32" ? 4 : 2;
      const data = new DataView(new ArrayBuffer(count * width));
      for (const [i, value] of values.entries()) {
        if (dtype === "F32") data.setFloat32(i * width, value, !bigEndian);
        else data.setInt16(i * width, value, !bigEndian);
      }
      const storage = new TorchStorage("0", dtype, count);
      const view = torchView(new TorchTensor(storage, offset, shape, stride), "x");
      const bytes = bytesSource(new Uint8Array(data.buffer), "x");
      const got = await readTorchView(view, bytes, bigEndian);
      expect([...got]).toEqual(expected(values, offset, shape, stride));
    }),
    { numRuns: 500 },
  );
});

test("a view may not leave its storage by one element", () => {
  const storage = new TorchStorage("0", "F32", 10);
  const tensor = (offset: number) => new TorchTensor(storage, offset, [2, 3], [4, 1]);
  expect(() => torchView(tensor(3), "x")).not.toThrow();
  expect(() => torchView(tensor(4), "x")).toThrow(/bounds of storage 0, which has 10, got 11/);
  const empty = new TorchTensor(storage, 99, [2, 0], [4, 1]);
  expect(() => torchView(empty, "x")).not.toThrow();
});

test("repeated elements are limited", () => {
  const storage = new TorchStorage("0", "F32", 10);
  const repeated = (side: number) => torchView(new TorchTensor(storage, 0, [side], [0]), "x");
  expect(() => repeated(2 ** 23 + 10)).not.toThrow();
  expect(() => repeated(2 ** 23 + 11)).toThrow(/at most \d+ elements in a view/);
});

test("every name loses as many prefixes as all of them have", () => {
  expect([...withoutModulePrefix(["module.a", "module.module.b"])]).toEqual([
    ["a", "module.a"],
    ["module.b", "module.module.b"],
  ]);
  expect([...withoutModulePrefix(["module.a", "b"]).keys()]).toEqual(["module.a", "b"]);
  expect([...withoutModulePrefix(["module.module.a"]).keys()]).toEqual(["a"]);
  expect(withoutModulePrefix([]).size).toBe(0);
});
