import { expect, test } from "vitest";
import { evaluatorWith } from "./planted/evaluatorWith.ts";
import { goldenFault } from "./planted/goldenFault.ts";
import { MISTAKES } from "./planted/mistakes.ts";

/** One of each kind; all of them, on every case, are in the full test. */
const SOME = MISTAKES.filter((_, i) => i % 8 === 0);

test.each(SOME)("$name: caught by $caughtBy", async (mistake) => {
  expect(await goldenFault(await evaluatorWith(mistake), mistake.caughtBy)).toBeDefined();
});

test("without a mistake there is no fault", async () => {
  const evaluator = await evaluatorWith({ file: "evaluate.ts", changes: [] });
  for (const { caughtBy } of SOME) expect(await goldenFault(evaluator, caughtBy)).toBeUndefined();
});
