/** What the Detect view saves, against the library's own results in the same browser's numbers. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csvHeading, csvRows, decodeImage, detectionRecord, jsonLine, load } from "../../../src/index.ts";
import { ROOT } from "../../browser/builtPage.ts";
import { mayBeLeftOut } from "../../support/required.ts";
import { chromiumPath, Site } from "../page.ts";

describe.skipIf(!chromiumPath && mayBeLeftOut)("saved files", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  async function saved(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
    const coming = page.waitForEvent("download");
    await page.locator(".save").getByRole("button", { name: button, exact: true }).click();
    const download = await coming;
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  test("hold what the library finds at that score, to the last bit with the build plain", async () => {
    const { page, faults } = await site.visit("detect?build=plain&score=0.4");
    await page.locator(".save").waitFor();
    const bytes = await readFile(join(ROOT, "dist/site/samples/people.jpg"));
    const detector = await load("movenet-multipose", { backend: "wasm", build: "plain" });
    const result = await detector.detect(bytes, { score: 0.4, where: "people.jpg" });
    await detector.dispose();

    const json = await saved(page, "JSON");
    expect(json.name).toBe("people.json");
    const { times, ...record } = JSON.parse(json.bytes.toString());
    const { times: _times, ...expected } = JSON.parse(jsonLine(detectionRecord("people.jpg", result)));
    const threads = record.backendDetails.threads;
    expect(record).toEqual({ ...expected, backendDetails: { ...expected.backendDetails, threads } });
    expect(Object.keys(times)).toEqual(["load", "decode", "preprocess", "network", "postprocess"]);
    expect(record.detections).toHaveLength(2);

    const names = result.detections[0].keypoints?.map(({ name }) => name);
    const rows = csvRows({ ...result, image: "people.jpg" }, names);
    const csv = await saved(page, "CSV");
    expect(csv.bytes.toString()).toBe(`${[csvHeading(names), ...rows].join("\n")}\n`);

    const keypoints = JSON.parse((await saved(page, "COCO keypoints")).bytes.toString());
    expect(keypoints.map(({ score }: { score: number }) => score)).toEqual(
      result.detections.map(({ score }) => score),
    );
    const images = JSON.parse((await saved(page, "COCO images")).bytes.toString());
    expect(images.images).toEqual([
      { id: 1, file_name: "people.jpg", width: result.width, height: result.height },
    ]);

    const png = await saved(page, "PNG");
    const drawn = decodeImage(png.bytes, png.name);
    expect([drawn.width, drawn.height]).toEqual([result.width, result.height]);
    await page.getByRole("slider", { name: /Score/ }).fill("1");
    const plain = await saved(page, "PNG");
    expect(Buffer.from(decodeImage(plain.bytes, plain.name).data).equals(result.image.data)).toBe(true);
    expect(faults).toEqual([]);
  });
});
