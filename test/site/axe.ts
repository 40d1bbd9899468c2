/** axe-core in a page: what it finds of a serious or critical kind. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

interface AxeCore {
  run(): Promise<{
    readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
  }>;
}

/** To be evaluated in a page once, before `axeViolations`. */
export function axeSource(): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
}

/** A line each: the rule, and the elements that break it. */
export async function axeViolations(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: AxeCore }).axe.run();
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
