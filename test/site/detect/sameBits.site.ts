/** What the page finds, against the library in the same browser, and with the build plain against Node. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../../src/index.ts";
import { ROOT } from "../../browser/builtPage.ts";
import { mayBeLeftOut } from "../../support/required.ts";
import { chromiumPath, Site } from "../page.ts";

const SAMPLES = ["people.jpg", "astronaut.jpg", "grace-hopper.jpg", "cat.jpg", "rocket.jpg"];
const MODELS = ["movenet-multipose", "movenet-lightning"];

const IMPORT = 'import * as library from "./library/index.js"; Object.assign(globalThis, { library });';

type Found = readonly { readonly score: number; readonly box: unknown }[];

describe.skipIf(!chromiumPath && mayBeLeftOut)("detections of the page (check 2)", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  test.each(MODELS)(
    "of %s have the bits of the library in this browser, and with the build plain those of Node",
    async (model) => {
      const { page, faults } = await site.visit(`detect?model=${model}&score=0`);
      const own = await byThePage(page, model, "");
      await page.addScriptTag({ type: "module", content: IMPORT });
      await page.waitForFunction(() => "library" in globalThis);
      expect(own).toEqual(await page.evaluate(byTheLibrary, { model, samples: SAMPLES }));
      const plain = await byThePage(page, model, "&build=plain");
      const detector = await load(model, { backend: "wasm", build: "plain" });
      const node: Found[] = [];
      for (const name of SAMPLES) {
        const bytes = await readFile(join(ROOT, "dist/site/samples", name));
        node.push((await detector.detect(bytes, { score: 0, where: name })).detections);
      }
      await detector.dispose();
      expect(plain).toEqual(JSON.parse(JSON.stringify(node)));
      expect(faults).toEqual([]);
    },
  );
});

/** As the page saves them, with all digits, sample by sample. */
async function byThePage(page: Page, model: string, settings: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of SAMPLES) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `detect?model=${model}&score=0&image=${name}${settings}`);
    const save = page.locator(".save").getByRole("button", { name: "JSON", exact: true });
    await page.locator(`select option:checked:text-is("${name}")`).waitFor({ state: "attached" });
    await save.waitFor();
    const coming = page.waitForEvent("download");
    await save.click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(name.replace(".jpg", ".json"));
    found.push(JSON.parse(await readFile(await download.path(), "utf8")).detections);
  }
  return found;
}

/** Runs in the page: the library as it is published, on the page's own thread. */
async function byTheLibrary({
  model,
  samples,
}: {
  readonly model: string;
  readonly samples: readonly string[];
}): Promise<Found[]> {
  const { library } = globalThis as unknown as { readonly library: typeof import("../../../src/index.ts") };
  const detector = await library.load(model, { backend: "wasm", weights: `weights/${model}.safetensors` });
  const found: Found[] = [];
  for (const name of samples) {
    const file = await (await fetch(`samples/${name}`)).blob();
    found.push((await detector.detect(file, { score: 0, where: name })).detections);
  }
  await detector.dispose();
  return JSON.parse(JSON.stringify(found));
}
