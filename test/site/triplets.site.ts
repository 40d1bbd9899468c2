/** The Triplets view: the pools made by hand, and pairs of corners at other limits without another run. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertCheckpoint } from "../../src/checkpoints/convertCheckpoint.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { explainedTriplets, explainKites, load, TRIPLET_SETTINGS } from "../../src/index.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { ROOT } from "../browser/builtPage.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { syntheticStateDict } from "../support/syntheticCheckpoint.ts";
import { chromiumPath, Site } from "./page.ts";

const IMAGE = "cat.jpg";
const REASONS = [
  "confirmed",
  "two classes",
  "embeddings apart",
  "corners swapped",
  "beyond the image",
  "no center",
] as const;

describe.skipIf(!chromiumPath && mayBeLeftOut)("the Triplets view", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  test("shows each pool on the maps made by hand, with the values of its cells", async () => {
    const { page, faults } = await site.visit("triplets");
    const steps = page.getByRole("toolbar", { name: "Steps of the pools" }).getByRole("button");
    await page.getByRole("button", { name: /^Features: left sides: cell 3,6 has 0\./ }).waitFor();
    const after = [
      /largest below: cell 3,6 has 1\./,
      /to the right: cell 3,6 has 1\./,
      /sum: cell 3,2 has 2\./,
    ];
    await steps.first().focus();
    for (const name of after) {
      await page.keyboard.press("ArrowRight");
      await page.getByRole("button", { name }).waitFor();
    }
    await page.keyboard.press("ArrowRight");
    await page.getByRole("button", { name: /^Before: corner pooling alone: cell 3,6 has 2\./ }).waitFor();
    const cascade = page.getByRole("button", {
      name: /^After: cascade corner pooling: cell 3,6 has (2|1\.999)/,
    });
    await cascade.focus();
    for (let up = 0; up < 4; up++) await page.keyboard.press("ArrowUp");
    await page
      .getByRole("button", { name: /^After: cascade corner pooling: cell 3,2 has (1|0\.999)/ })
      .waitFor();
    await expect.poll(() => page.url()).toContain("at=3%2C2");
    await page.keyboard.press("Shift+Tab");
    expect(faults).toEqual([]);
  });

  test("pairs the kites' corners at the limits of its sliders", async () => {
    const { page } = await site.visit("triplets");
    expect(await countsOf(page, 9)).toEqual(Object.values(explainKites().explanation.pairs));
    expect(await boxRows(page)).toBe(3);
    await page.getByRole("slider", { name: /Embeddings apart/ }).fill("0.2");
    await page.getByText("6 with embeddings too far apart").waitFor();
    await page.getByRole("button", { name: "Published limits" }).click();
    await page.getByRole("slider", { name: /larger boxes/ }).fill("1");
    await page.getByText("4 confirmed by a center").waitFor();
    expect(await boxRows(page)).toBe(4);
  });

  test("decodes a network's peaks as detect does, and anew without another run", async () => {
    const bytes = await tinyNetwork();
    const detector = await load(undefined, {
      weights: new Blob([bytes]),
      backend: "wasm",
      build: "plain",
      threads: 1,
    });
    const { detections, explanation } = await detector.detect(join(ROOT, "dist/site/samples", IMAGE), {
      explain: true,
      score: 0,
    });
    await detector.dispose();
    if (explanation?.family !== "triplets") throw new Error("no explanation of triplets");
    const labels = detector.network.model.classes.map(({ label }) => label);
    const { boxes } = explainedTriplets(explanation.views, TRIPLET_SETTINGS, labels);
    expect(boxes).toEqual(detections.map(({ classId: _, ...box }) => box));

    const { page, faults } = await site.visit("load");
    const file = {
      name: "tiny.safetensors",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(bytes),
    };
    await page.getByLabel("Choose files").setInputFiles(file);
    await page.getByRole("button", { name: "Use this model" }).click();
    await page.evaluate((image) => {
      location.hash = `${location.hash.replace("load", "triplets")}&build=plain&threads=1&image=${image}&on=image`;
    }, IMAGE);
    expect(await countsOf(page, 4900)).toEqual(Object.values(explanation.pairs));
    const scores = page.getByRole("table", { name: /boxes/i }).first().getByRole("row");
    const shown = await scores.evaluateAll((rows) => rows.slice(1).map((row) => row.children[1].textContent));
    expect(shown).toEqual(detections.slice(0, shown.length).map(({ score }) => score.toFixed(3)));
    const runs = page.locator("[data-runs]");
    const before = await runs.getAttribute("data-runs");
    await page.getByRole("slider", { name: /Embeddings apart/ }).fill("0.1");
    const strict = { ...TRIPLET_SETTINGS, embeddingDistance: 0.1 };
    const { pairs } = explainedTriplets(explanation.views, strict, labels).explanation;
    await page
      .getByText(`${pairs.embedding.toLocaleString("en-US")} with embeddings too far apart`)
      .waitFor();
    expect(await countsOf(page, 4900)).toEqual(Object.values(pairs));
    expect(await runs.getAttribute("data-runs")).toBe(before);
    expect(before).toBe("1");

    // A run that is under way does not put its peaks in place of the kites'.
    await page.evaluate(() => {
      location.hash = location.hash.replace("build=plain&threads=1", "backend=cpu");
    });
    await page.locator(".task").waitFor();
    await page.getByText(`Boxes of ${IMAGE}: the run goes on.`, { exact: true }).waitFor();
    await page.getByRole("combobox", { name: "Peaks of" }).selectOption("kites");
    await page.getByText("Peaks that were made by hand").waitFor();
    await page.locator(".task").waitFor({ state: "detached", timeout: 1000 });
    expect(faults).toEqual([]);
  });

  test("says of a model without corners that it has none, until the kites are chosen again", async () => {
    const { page, faults } = await site.visit("triplets?on=image&model=movenet-lightning");
    const sentence = page.getByRole("alert").filter({ hasText: "finds centers alone, no corners" });
    await sentence.waitFor();
    await page.getByRole("combobox", { name: "Peaks of" }).selectOption("kites");
    await page.getByText("Peaks that were made by hand").waitFor();
    expect(await sentence.count()).toBe(0);
    expect(faults).toEqual([]);
  });
});

/** By outcome, once there are as many pairs. */
async function countsOf(page: Page, all: number): Promise<number[]> {
  const facts = page.locator("aside .facts");
  await facts.filter({ hasText: `pairs of corners${all.toLocaleString("en-US")}` }).waitFor();
  const texts = await facts.locator("dd").allTextContents();
  return texts.slice(1, 1 + REASONS.length).map((text) => Number.parseInt(text.replace(",", ""), 10));
}

function boxRows(page: Page): Promise<number> {
  return page.getByRole("table", { name: "Boxes" }).locator("tbody tr").count();
}

/** The narrow network of the goldens, converted. */
async function tinyNetwork(): Promise<Uint8Array<ArrayBuffer>> {
  const checkpoint = await nameParameters(
    await syntheticStateDict(join(OWN_GOLDENS, "triplet/centernet-tiny")),
  );
  const { model } = modelOfCheckpoint(checkpoint);
  const { file } = convertCheckpoint(checkpoint, model.name, await readWeights(checkpoint, model), "F32");
  return new Uint8Array(
    await new Blob([...file.pieces].map((piece) => Uint8Array.from(piece))).arrayBuffer(),
  );
}
