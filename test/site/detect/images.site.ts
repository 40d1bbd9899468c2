/** How images come to the Detect view, one or many, and what it says of those that are none. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "../../../src/index.ts";
import { crc32 } from "../../../src/support/crc.ts";
import { ROOT } from "../../browser/builtPage.ts";
import { mayBeLeftOut } from "../../support/required.ts";
import { chromiumPath, Site } from "../page.ts";
import { type NamedBytes, transferOf } from "./transfer.ts";

const SAMPLE = join(ROOT, "samples/grace-hopper.jpg");
const FIXTURES = join(ROOT, "test/image/fixtures");

describe.skipIf(!chromiumPath && mayBeLeftOut)("images of the user's", () => {
  let site: Site;
  let sample: Uint8Array;
  beforeAll(async () => {
    site = await Site.open();
    sample = await readFile(SAMPLE);
  });
  afterAll(() => site?.close());

  const drop = async (page: Page, files: readonly NamedBytes[]) =>
    page.dispatchEvent(".detect", "drop", { dataTransfer: await transferOf(page, files) });
  const choose = (page: Page, files: readonly NamedBytes[]) =>
    page
      .getByLabel("Choose images")
      .setInputFiles(
        files.map(({ name, bytes }) => ({ name, mimeType: "image/jpeg", buffer: Buffer.from(bytes) })),
      );
  const paste = async (page: Page, files: readonly NamedBytes[]) =>
    page.evaluate(
      (clipboardData) =>
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true })),
      await transferOf(page, files),
    );
  const items = (page: Page) => page.locator(".strip > ul button");
  const settled = (page: Page) =>
    expect
      .poll(() => items(page).evaluateAll((all) => all.map((each) => each.ariaLabel)), { timeout: 60_000 })
      .not.toContainEqual(expect.stringMatching(/: (waiting|running)$/));

  test("give the same result dropped, pasted and chosen, and are not named in the address", async () => {
    const { page, faults } = await site.visit("detect");
    const results: string[] = [];
    for (const [index, bring] of [drop, paste, choose].entries()) {
      await bring(page, [{ name: `secret-${index}.jpg`, bytes: sample }]);
      await settled(page);
      expect(await items(page).nth(index).getAttribute("aria-current")).toBe("true");
      results.push(await page.locator("table.numbers").innerText());
      await expect.poll(() => page.url()).toContain(`image=own-${index + 1}`);
      await expect.poll(() => page.url()).not.toContain("secret");
    }
    expect(results[0]).toContain("person");
    expect(new Set(results).size).toBe(1);
    await page.goBack();
    await expect.poll(() => items(page).nth(1).getAttribute("aria-current")).toBe("true");
    await page.getByRole("button", { name: "Remove all" }).click();
    expect(await page.getByRole("combobox", { name: "Sample" }).inputValue()).toBe("people.jpg");
    expect(faults).toEqual([]);
  });

  test("are run in turn, ten at a time, each with its own result or its own sentence", async () => {
    const { page, faults } = await site.visit("detect");
    const fixture = async (name: string) => ({ name, bytes: await readFile(join(FIXTURES, name)) });
    const broken: NamedBytes[] = [
      { name: "notes.jpg", bytes: Buffer.from("hello, these are notes") },
      { name: "empty.png", bytes: new Uint8Array() },
      { name: "cut.jpg", bytes: sample.subarray(0, 300) },
      { name: "huge.png", bytes: hugePng() },
    ];
    const whole = [
      { name: "first.jpg", bytes: sample },
      await fixture("mjpeg_nodht.jpg"),
      await fixture("idat_trailing.png"),
      await fixture("extra_pixels.png"),
      { name: "second.jpg", bytes: sample },
      { name: "third.jpg", bytes: sample },
    ];
    await drop(page, [...whole.slice(0, 2), ...broken, ...whole.slice(2)]);
    await settled(page);
    const labels = await items(page).evaluateAll((all) => all.map((each) => each.ariaLabel));
    expect(labels).toHaveLength(10);
    for (const { name, bytes } of broken) {
      expect(labels).toContain(`${name}: ${sentenceOf(name, bytes)}`);
    }
    for (const { name } of whole) expect(labels.join("\n")).toMatch(new RegExp(`${name}: \\d+ detections?`));
    expect(await page.locator(".strip > ul").evaluate((list) => list.scrollWidth > list.clientWidth)).toBe(
      true,
    );

    await items(page).filter({ hasText: "cut.jpg" }).click();
    expect(await page.getByRole("alert").innerText()).toBe(sentenceOf("cut.jpg", sample.subarray(0, 300)));
    await expect.poll(() => page.getByRole("row", { name: /person/ }).count()).toBe(0);
    await items(page).filter({ hasText: "third.jpg" }).click();
    await expect.poll(() => page.getByRole("row", { name: /person/ }).count()).toBe(1);
    await page.getByText("4 images without a result").click();
    await expect.poll(() => page.locator(".failures li").count()).toBe(4);
    expect(faults).toEqual([]);
  });

  test("that are none leave a note, and a link of an image that is gone asks for one", async () => {
    const { page, faults } = await site.visit("detect?image=own-1");
    await page.getByText(/never part of an address/).waitFor();
    await paste(page, []);
    await page.getByText("The clipboard holds no image.").waitFor();
    await drop(page, []);
    await page.getByText("What was dropped holds no image file.").waitFor();
    await choose(page, [{ name: "mine.jpg", bytes: sample }]);
    await settled(page);
    await expect.poll(() => page.getByRole("row", { name: /person/ }).count()).toBe(1);
    expect(faults).toEqual([]);
  });
});

function sentenceOf(name: string, bytes: Uint8Array): string {
  try {
    decodeImage(bytes, name);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${name} can be read`);
}

/** A PNG that says it has 100,000 x 100,000 pixels. */
function hugePng(): Uint8Array {
  const bytes = Buffer.alloc(57);
  bytes.write("\x89PNG\r\n\x1a\n", "latin1");
  bytes.writeUInt32BE(13, 8);
  bytes.write("IHDR", 12, "latin1");
  bytes.writeUInt32BE(100_000, 16);
  bytes.writeUInt32BE(100_000, 20);
  bytes.set([8, 2, 0, 0, 0], 24);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  bytes.write("IEND", 37, "latin1");
  bytes.writeUInt32BE(crc32(bytes.subarray(37, 41)), 41);
  return bytes.subarray(0, 45);
}
