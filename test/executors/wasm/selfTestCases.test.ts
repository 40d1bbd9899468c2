import { expect, test } from "vitest";
import { caseGraph } from "../../../src/executors/selfTest.ts";
import { describeWasmPlan } from "../../../src/executors/wasm/describeWasmPlan.ts";
import { WASM_SELF_TEST } from "../../../src/executors/wasm/selfTestCases.ts";

test("the self-test covers the product of matrices and both of Winograd's tile sizes", () => {
  const { layers } = describeWasmPlan(caseGraph(WASM_SELF_TEST).graph);
  expect(layers.map(({ algorithm }) => /product of matrices|F\(\dx\d\)/.exec(algorithm)?.[0])).toEqual([
    "product of matrices",
    "F(2x2)",
    "F(4x4)",
  ]);
});
