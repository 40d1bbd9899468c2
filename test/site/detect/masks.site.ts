/** Detect's mode that masks faces: look, take away or draw, save; nothing is sent and nothing is kept. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { cropImage } from "../../../src/image/crop.ts";
import {
  decodeImage,
  encodeJpeg,
  encodePng,
  facesToMask,
  findFacesBelow,
  load,
  type RgbImage,
  readPlainImage,
  writeMasked,
} from "../../../src/index.ts";
import { concatenate } from "../../../src/support/concatenate.ts";
import { latin1 } from "../../anonymize/stored.ts";
import { ROOT } from "../../browser/builtPage.ts";
import { readFixture } from "../../image/fixtures.ts";
import { pngChunk } from "../../image/pngFile.ts";
import { mayBeLeftOut } from "../../support/required.ts";
import { axeSource, axeViolations } from "../axe.ts";
import { chromiumPath, Site } from "../page.ts";

// As in the page: in Node, libjpeg-turbo would write other bytes.
vi.mock("#jpegEncoder", () => import("../../../src/image/jpeg/jpegJsEncoder.ts"));

const MODE = "detect?mode=masks&model=centerface&build=plain&sides=640";

describe.skipIf(!chromiumPath && mayBeLeftOut)("the mode that masks faces", () => {
  let site: Site;
  /** 200 x 220 pixels with one face. */
  let face: RgbImage;
  beforeAll(async () => {
    site = await Site.open();
    const people = decodeImage(await readFile(join(ROOT, "samples/people.png")));
    face = cropImage(people, { xmin: 80, ymin: 30, xmax: 280, ymax: 250 }) as RgbImage;
  });
  afterAll(() => site?.close());

  const choose = (page: Page, files: readonly { name: string; bytes: Uint8Array }[]) =>
    page
      .getByLabel("Choose images")
      .setInputFiles(
        files.map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: Buffer.from(bytes) })),
      );
  const rows = (page: Page) => page.locator("table.masks tbody tr");
  const canSave = (page: Page) => page.getByRole("button", { name: "Save this image" });
  const saved = async (page: Page, button = "Save this image") => {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    const download = await coming;
    return {
      name: download.suggestedFilename(),
      bytes: new Uint8Array(await readFile(await download.path())),
    };
  };
  /** The worker has answered with the image as it is to be saved. */
  const shown = (page: Page) => expect.poll(() => canSave(page).isEnabled(), { timeout: 60_000 }).toBe(true);

  test("saves what the library writes, byte for byte, also after a mask was taken away", async () => {
    const { page, faults } = await site.visit("detect?build=plain&sides=640");
    await page.getByRole("link", { name: "Mask faces" }).click();
    await rows(page).nth(2).waitFor();
    const plain = readPlainImage(await readFile(join(ROOT, "dist/site/samples/people.jpg")), "people.jpg");
    const detector = await load("centerface", { backend: "wasm", build: "plain" });
    const found = await facesToMask(detector.network, plain.image, { sides: [640] });
    await detector.dispose();
    await expect.poll(() => rows(page).count()).toBe(found.faces.length);
    await shown(page);
    const whole = await saved(page);
    expect(whole.name).toBe("people.masked.jpg");
    expect(Buffer.from(whole.bytes).equals(writeMasked(plain, found.rows))).toBe(true);

    await page.getByRole("button", { name: "Take away face 2" }).click();
    await page.getByText("2 masks, 1 taken away").waitFor();
    await page.getByRole("combobox", { name: "Shape" }).selectOption("ellipse");
    await page.getByText(/^Weak: such masks keep something/).waitFor();
    const kept = found.faces.filter((_, index) => index !== 1).flatMap((each) => each.rows);
    const expected = writeMasked(plain, kept, { shape: "ellipse" });
    expect(Buffer.from((await saved(page)).bytes).equals(expected)).toBe(true);
    await page.getByRole("button", { name: "Mask again face 2" }).click();
    await page.getByText("3 masks", { exact: true }).first().waitFor();
    await page.getByText(/No detector finds every face.*Clothes, name tags and number plates stay/).waitFor();
    await page.getByRole("link", { name: "Show detections" }).click();
    await page.getByRole("row", { name: /face/ }).nth(2).waitFor();
    await expect.poll(() => page.url()).not.toMatch(/[?&](shape|sides|mode)=/);
    expect(faults).toEqual([]);
  });

  test("masks what is drawn, by pointer and by keys, and sends and keeps nothing", async () => {
    const { page, faults, requests } = await site.visit(`${MODE}&image=cat.jpg`);
    await page.getByText(/^No face was found/).waitFor();
    const png = encodePng(face, { alpha: new Uint8Array(face.width * face.height).fill(90) });
    const planted = concatenate([
      png.subarray(0, 33),
      pngChunk("tEXt", latin1("Where\0HERE")),
      png.subarray(33),
    ]);
    await choose(page, [{ name: "mine.png", bytes: planted }]);
    await rows(page).first().waitFor();
    await shown(page);

    const stage = await page.locator(".mask-stage svg").boundingBox();
    if (!stage) throw new Error("no stage");
    const at = (x: number, y: number) => [stage.x + x * stage.width, stage.y + y * stage.height] as const;
    await page.mouse.move(...at(0.05, 0.9));
    await page.mouse.down();
    await page.mouse.move(...at(0.15, 0.95), { steps: 3 });
    await page.mouse.up();
    await page.getByRole("cell", { name: "drawn 1", exact: true }).waitFor();
    // A click alone draws nothing.
    await page.mouse.click(...at(0.5, 0.9));
    await expect.poll(() => rows(page).count()).toBe(2);
    await shown(page);
    const { bytes, name } = await saved(page);
    expect(name).toBe("mine.masked.png");
    expect(Buffer.from(bytes).includes("HERE")).toBe(false);
    const { image, alpha } = readPlainImage(bytes);
    const pixel = Math.floor(0.92 * image.height) * image.width + Math.floor(0.1 * image.width);
    expect([...image.data.subarray(pixel * 3, pixel * 3 + 3), alpha?.[pixel]]).toEqual([0, 0, 0, 255]);
    const corner = image.width * image.height - 1;
    expect(image.data.subarray(corner * 3)).toEqual(face.data.subarray(corner * 3));
    expect(alpha?.[corner]).toBe(90);

    await page.getByRole("button", { name: "Add a mask" }).press("Enter");
    const move = page.getByRole("button", { name: /^Move drawn 2, at 80, 90:/ });
    await expect.poll(() => move.evaluate((button) => button === document.activeElement)).toBe(true);
    for (const key of ["ArrowRight", "ArrowUp", "Shift+ArrowRight"]) await page.keyboard.press(key);
    await page.getByRole("button", { name: /^Move drawn 2, at 82, 88:/ }).waitFor();
    await page.getByRole("cell", { name: "42 × 40 px" }).waitFor();
    await page.keyboard.press("Delete");
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByRole("button", { name: "Remove drawn 1" }).click();
    await expect.poll(() => rows(page).count()).toBe(1);

    const { origin } = new URL(page.url());
    const strange = requests.filter(
      (line) => !line.startsWith("GET blob:") && !line.startsWith(`GET ${origin}/`),
    );
    expect([strange, requests.filter((line) => /mine/.test(line))]).toEqual([[], []]);
    const kept = await page.evaluate(async () => [
      (await indexedDB.databases()).length,
      (await caches.keys()).length,
      Object.keys(localStorage).join(),
      document.cookie,
    ]);
    expect(kept).toEqual([0, 0, "centernet.tour-offered", ""]);
    expect(faults).toEqual([]);
  });

  test("saves images that were looked at, under numbers; one that is refused has the library's sentence", async () => {
    const { page, faults } = await site.visit(`${MODE}&mask=paint&image=cat.jpg`);
    await page.getByText('In the address, mask is "paint": expected one of solid, mosaic, blur.').waitFor();
    const deep = { name: "deep.png", bytes: readFixture("rgb-16.png") };
    await choose(page, [
      { name: "a.png", bytes: encodePng(face) },
      { name: "a.jpg", bytes: encodeJpeg(face, 90) },
      deep,
    ]);
    const strip = page.locator(".strip > ul button");
    await shown(page);
    await expect.poll(() => page.getByRole("button", { name: /^Save the/ }).count()).toBe(0);
    await page.getByText("2 images were not looked at.").waitFor();
    await page.getByRole("button", { name: "Look at a.jpg" }).click();
    await rows(page).first().waitFor();
    await shown(page);
    await page.getByRole("button", { name: "Look at deep.png" }).click();
    await page
      .getByRole("alert")
      .filter({ hasText: /^deep\.png: .*got 16 bits per sample\. Convert it first/ })
      .waitFor();
    await expect.poll(() => canSave(page).count()).toBe(0);
    await strip.nth(1).click();
    await shown(page);
    await page.getByRole("button", { name: "Save the 2 looked at" }).click();
    await page
      .getByRole("alert")
      .filter({ hasText: /Number the names/ })
      .waitFor();
    await page.getByRole("checkbox", { name: "Numbers as names" }).check();
    const names: string[] = [];
    page.on("download", (download) => names.push(download.suggestedFilename()));
    await page.getByRole("button", { name: "Save the 2 looked at" }).click();
    await expect.poll(() => names.sort(), { timeout: 60_000 }).toEqual(["1.png", "2.jpg"]);
    expect(faults).toEqual([]);
  });

  test("says of each weak mask whether the detector still finds the face below, as the library does", async () => {
    const plain = readPlainImage(await readFile(join(ROOT, "dist/site/samples/people.jpg")), "people.jpg");
    const detector = await load("centerface", { backend: "wasm", build: "plain" });
    const search = { sides: [640, 1280] };
    const { rows: masks, faces } = await facesToMask(detector.network, plain.image, search);
    const { faces: again } = await findFacesBelow(detector.network, plain.image, masks, {
      ...search,
      mask: "blur",
    });
    await detector.dispose();
    expect(again.length).toBeGreaterThan(0);
    const { page, faults } = await site.visit(`${MODE},1280&mask=blur`);
    await page
      .getByText(`This detector still finds a face below ${again.length} of ${faces.length}.`)
      .waitFor();
    const told = await page.locator("table.masks .below").allTextContents();
    expect(told.sort()).toEqual(again.map(({ best }) => `still found, ${best.score.toFixed(2)}`).sort());
    await page.getByRole("combobox", { name: "Mask", exact: true }).selectOption("solid");
    await page.getByText(/^This detector/).waitFor({ state: "detached" });
    await expect.poll(() => page.locator("table.masks .below").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test("has nothing serious for axe-core, light and dark, wide and narrow", async () => {
    const { page } = await site.visit(MODE);
    await choose(page, [{ name: "face.png", bytes: encodePng(face) }]);
    await shown(page);
    await page.getByRole("button", { name: "Add a mask" }).click();
    await page.evaluate(await axeSource());
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await axeViolations(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, "pixels that a narrow page is too wide").toBeLessThanOrEqual(0);
  });
});
