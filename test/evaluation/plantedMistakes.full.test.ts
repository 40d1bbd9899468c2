import { afterAll, expect, test } from "vitest";
import { evaluatorWith } from "./planted/evaluatorWith.ts";
import { goldenFault } from "./planted/goldenFault.ts";
import { MISTAKES } from "./planted/mistakes.ts";
import { CASES } from "./support/cocoCases.ts";

const ALL = [...CASES, "unknown-image"];
/** It takes as long as all others together, and is asked only for what it alone may notice. */
const LARGE = "realistic-80";
const lines: string[] = [];
afterAll(() => console.log(lines.join("\n")));

test("without a mistake no case has a fault", async () => {
  const evaluator = await evaluatorWith({ file: "evaluate.ts", changes: [] });
  for (const name of ALL) expect(await goldenFault(evaluator, name), name).toBeUndefined();
});

test("there are more than 43 mistakes, each another", () => {
  expect(new Set(MISTAKES.map(({ name }) => name)).size).toBe(MISTAKES.length);
  expect(MISTAKES.length).toBeGreaterThan(43);
});

test.each(MISTAKES)("$name: caught by $caughtBy", async (mistake) => {
  const evaluator = await evaluatorWith(mistake);
  const faults: string[] = [];
  for (const name of ALL) {
    if (name === LARGE && mistake.caughtBy !== LARGE) continue;
    if (await goldenFault(evaluator, name)) faults.push(name);
  }
  lines.push(`${mistake.name}: ${faults.join(", ")}`);
  expect(faults).toContain(mistake.caughtBy);
});
