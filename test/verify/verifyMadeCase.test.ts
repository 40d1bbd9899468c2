import { expect, test } from "vitest";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { type CaseRunner, verifyCase } from "../../src/verify/verifyCase.ts";
import { type MadeTap, madeCase } from "./madeCase.ts";

/** What the schema allows and the MoveNet cases do not use. */
const MAP: MadeTap = { name: "x", shape: [1, 1, 2, 2], values: Float32Array.of(1, 2, 3, 4), std: 1 };
const verify = async (taps: MadeTap[], tolerance: Record<string, object>, value: Tensor) => {
  const runner: CaseRunner<undefined> = {
    tapSource: (name) => (name === "unknown" ? undefined : { value: name }),
    run: async () => ({ values: new Map([["x", value]]), unfused: new Set(), decoded: undefined }),
  };
  return verifyCase(await madeCase(taps, tolerance), runner);
};
const VALUE = tensor(shapeOf(1, 2, 2), Float32Array.of(1, 2, 3, 4));
const TIGHT = { tap: { spread: 1e-6 } };

test("a tap that is not mapped is a failure", async () => {
  const report = await verify([MAP, { ...MAP, name: "unknown" }], TIGHT, VALUE);
  const problem = "this tap is not mapped to a value of the model";
  expect(report.firstBeyond).toMatchObject({ name: "unknown", problem, pass: false });
  expect(report.taps[0].pass).toBe(true);
});

test("a role without tolerance is a failure, not a pass", async () => {
  const problem = "the case states no tolerance for its role, head";
  expect((await verify([{ ...MAP, role: "head" }], TIGHT, VALUE)).firstBeyond).toMatchObject({ problem });
  // A decode value that is no decode step has no unit to borrow the output's tolerance in.
  const output = { output: { absolute: 1 } };
  expect((await verify([{ ...MAP, role: "decode" }], output, VALUE)).pass).toBe(false);
});

test("a case that anything would pass is refused", async () => {
  await expect(verify([], TIGHT, VALUE)).rejects.toThrow("made: expected taps to compare, got none.");
  const input = { ...MAP, name: "fed", role: "input" };
  await expect(verify([input], TIGHT, VALUE)).rejects.toThrow("made: expected taps to compare, got none.");
  await expect(verify([MAP], {}, VALUE)).rejects.toThrow("made: expected tolerances for its taps, got none.");
  const noSamples = { ...MAP, values: new Float32Array(0), positions: new Int32Array(0) };
  await expect(verify([noSamples], TIGHT, VALUE)).rejects.toThrow(
    "expected positions of elements, got none.",
  );
  for (const measures of [{}, { unit: "pixel" }, { spread: -1 }, { absolute: 1e300 }, { relative: "all" }]) {
    await expect(verify([MAP], { tap: measures }, VALUE)).rejects.toThrow(
      /^made\/case\.json tolerance "tap"( \w+)?: expected/,
    );
  }
});

test("whole numbers need no tolerance: they must be equal", async () => {
  const tap = { ...MAP, role: "decode", values: Int32Array.of(1, 2, 3, 4) };
  expect((await verify([tap], {}, VALUE)).taps[0]).toMatchObject({
    pass: true,
    compared: { tolerance: { absolute: 0 } },
  });
  expect((await verify([{ ...tap, values: Int32Array.of(1, 2, 3, 5) }], {}, VALUE)).pass).toBe(false);
});

test("a map in NCHW is compared in its own order", async () => {
  const tap = { ...MAP, shape: [1, 2, 1, 2], layout: "NCHW", values: Float32Array.of(1, 3, 2, 4) };
  expect((await verify([tap], TIGHT, VALUE)).pass).toBe(true);
  const off = await verify([{ ...tap, values: Float32Array.of(1, 3, 9, 4) }], TIGHT, VALUE);
  expect(off.firstBeyond?.compared?.worst).toEqual({ index: 2, expected: 9, got: 2 });
  expect((await verify([{ ...tap, shape: [1, 1, 2, 2] }], TIGHT, VALUE)).firstBeyond?.problem).toMatch(
    /shape/,
  );
});

test("inputs are fed, not compared", async () => {
  const report = await verify([{ ...MAP, name: "fed", role: "input" }, MAP], TIGHT, VALUE);
  expect(report.taps.map(({ name }) => name)).toEqual(["x"]);
});
