/** What axe-core finds in every view, light and dark, wide and narrow. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, Site } from "./page.ts";

const VIEWS = ["detect", "network", "decode", "triplets", "compare", "load"];
const SCREENS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844, dark: true },
];

describe.skipIf(!chromiumPath && mayBeLeftOut)("axe-core", () => {
  let site: Site;
  let axe: string;
  beforeAll(async () => {
    site = await Site.open();
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  });
  afterAll(() => site?.close());

  test.each(VIEWS.flatMap((view) => SCREENS.map((screen) => ({ view, ...screen }))))(
    "finds nothing serious in $view at $width",
    async ({ view, ...screen }) => {
      const { page } = await site.visit(view, screen);
      await page
        .getByRole("status")
        .filter({ hasText: /detection/ })
        .waitFor();
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const found = await (globalThis as unknown as { axe: AxeCore }).axe.run();
        return found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      });
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      expect(told).toEqual([]);
    },
  );
});

interface AxeCore {
  run(): Promise<{
    readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
  }>;
}
