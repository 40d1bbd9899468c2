/** The Load view: what files are before they run, and which of them the other views run. */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel } from "../../src/index.ts";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { syntheticStateDict } from "../support/syntheticCheckpoint.ts";
import { torchSave } from "../support/torchSave.ts";
import { CHECKPOINTS } from "../support/zooModels.ts";
import { chromiumPath, Site } from "./page.ts";

const LIGHTNING = join(ROOT, "weights/movenet-lightning.safetensors");

interface Chosen {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}
const file = (name: string, content: string | Uint8Array): Chosen => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(content),
});

describe.skipIf(!chromiumPath && mayBeLeftOut)("the Load view", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  const fact = (page: Page, name: string) =>
    page.locator(`.opened > dl dt:text-is("${name}") + dd`).innerText();

  async function choose(page: Page, files: readonly (string | Chosen)[]): Promise<void> {
    await page.getByLabel("Choose files").setInputFiles(files as string[]);
    const shown =
      files.length > 1 ? " and " : typeof files[0] === "string" ? basename(files[0]) : files[0].name;
    await page.locator(".opened h2").filter({ hasText: shown }).waitFor();
  }

  /** Makes the other views run it, and waits for the result in Detect. */
  async function use(page: Page): Promise<string> {
    await page.getByRole("button", { name: "Use this model" }).click();
    await page.getByRole("link", { name: "Detect", exact: true }).click();
    await page
      .getByRole("status")
      .filter({ hasText: /detection/ })
      .waitFor();
    return page.locator("main").innerText();
  }

  test("offers the models that are here, and Detect runs the chosen one", async () => {
    const { page, faults } = await site.visit("load");
    await page.getByRole("button", { name: "movenet-lightning" }).click();
    expect(await fact(page, "parameters")).toBe("2,317,974 trained, in 145 arrays");
    expect(await fact(page, "GFLOPs")).toBe("0.54");
    expect(await fact(page, "size")).toBe("4.7 MB");
    expect(await fact(page, "memory on wasm")).toMatch(/^\d+\.\d MB: weights /);
    await page.getByText("Its 145 arrays of numbers").click();
    await expect
      .poll(() => page.getByRole("row", { name: "backbone.stem.kernel 3×3×3×32 F16" }).count())
      .toBe(1);
    expect(await use(page)).toContain("1 of 1 candidates");
    await expect.poll(() => page.url()).toContain("model=movenet-lightning");
    expect(await page.getByRole("combobox", { name: "Model" }).inputValue()).toBe("movenet-lightning");
    expect(faults).toEqual([]);
  });

  test("opens a user's file, names its classes by another, and forgets both with the page", async () => {
    const { page, faults } = await site.visit("load");
    await choose(page, [LIGHTNING]);
    expect(await fact(page, "model")).toBe("movenet-lightning");
    await page
      .getByLabel("Name the classes by a file")
      .setInputFiles([file("names.txt", "somebody\n") as never]);
    await page.getByText("named by names.txt").waitFor();
    expect(await fact(page, "classes")).toBe("somebody");
    expect(await use(page)).toMatch(/somebody\s+0\.\d/);
    await expect.poll(() => page.url()).not.toContain("names.txt");
    await page.reload();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toBe(
      "weights: expected a file that was chosen on this page, got one of an earlier visit. Choose it again in the view Load.",
    );
    await page.getByRole("combobox", { name: "Model" }).selectOption("movenet-multipose");
    await page
      .getByRole("row", { name: /person/ })
      .nth(2)
      .waitFor();
    expect(faults).toEqual([]);
  });

  test("runs a PyTorch file", async () => {
    const { page, faults } = await site.visit("load?image=cat.jpg");
    const dict = await torchSave(await syntheticStateDict(join(ROOT, "test/goldens/triplet/centernet-tiny")));
    await choose(page, [file("narrow.pth", dict)]);
    expect(await fact(page, "format")).toBe("PyTorch, torch.save");
    expect(await fact(page, "input")).toContain("each image's own size");
    await use(page);
    expect(await page.getByRole("combobox", { name: "Model" }).innerText()).toContain("your file");
    expect(faults).toEqual([]);
  });

  test
    .skipIf(CHECKPOINTS === undefined && mayBeLeftOut)
    .each(["centernet_mobilenetv2fpn_512x512_coco17_od", "centernet_mobilenetv2fpn_512x512_coco17_kpts"])(
    "runs the archive of %s",
    async (name) => {
      const { page, faults } = await site.visit("load");
      await choose(page, [join(CHECKPOINTS ?? "", `${name}.tar.gz`)]);
      expect(await fact(page, "model")).toBe(name);
      expect(await fact(page, "format")).toBe("TensorFlow checkpoint");
      expect(await use(page)).toContain(name);
      expect(faults).toEqual([]);
    },
  );

  test("says the library's sentence for a file that is none, and stays usable", async () => {
    const { page, faults } = await site.visit("load");
    const whole = await readFile(LIGHTNING);
    const fixtures = join(ROOT, "test/checkpoints/fixtures");
    const cases = await Promise.all(
      readdirSync(fixtures).map(async (name) => file(name, await readFile(join(fixtures, name)))),
    );
    const wrong = [
      // Each stands for a kind: other programs' files, other networks, pointers, unpacked archives.
      ...cases,
      file("page.pth", "<!doctype html><html>404</html>"),
      file("notes.pth", "hello, these are notes"),
      file("empty.safetensors", ""),
      file("cut.safetensors", whole.subarray(0, 100_000)),
      file("cut.tar.gz", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b)),
    ];
    for (const each of wrong) {
      await choose(page, [each]);
      const error = await openModel(new File([new Uint8Array(each.buffer)], each.name)).catch(
        (reason) => reason,
      );
      const alert = page.locator(".opened").getByRole("alert");
      await alert.waitFor();
      // Platforms word the end of a broken gzip differently.
      const [sentence] = String(error.message).split(", got ");
      expect(await alert.innerText(), each.name).toContain(sentence);
    }
    // With nothing open, a list of classes names none.
    await choose(page, [file("names.txt", "somebody\n")]);
    await page
      .locator(".opened")
      .getByText(/got a text file/)
      .waitFor();
    await choose(page, [LIGHTNING]);
    expect(await fact(page, "model")).toBe("movenet-lightning");
    expect(faults).toEqual([]);
  });

  test("leads an image on to Detect, and shows the name of a file in its own order", async () => {
    const { page, faults } = await site.visit("load");
    const image = await readFile(join(ROOT, "samples/cat.png"));
    await page.getByLabel("Choose files").setInputFiles([file("\u202egnp.tac.png", image) as never]);
    const alert = page.locator(".opened").getByRole("alert");
    await alert.filter({ hasText: /got a PNG image\. Images are for the view Detect\.$/ }).waitFor();
    expect(await page.locator(".opened h2").textContent()).toBe("\\u202egnp.tac.png");
    await page.getByRole("button", { name: "Open it in Detect" }).click();
    await page
      .getByRole("button", { name: /^\\u202egnp\.tac\.png: \d+ detection|^\\u202egnp\.tac\.png: 0/ })
      .waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#detect\?.*image=own-1/);
    await page.getByRole("link", { name: "Load", exact: true }).click();
    await page.getByText("Open one to see its model").waitFor();
    expect(faults).toEqual([]);
  });

  test("takes a dropped file as a chosen one", async () => {
    const { page } = await site.visit("load");
    const bytes = (await readFile(LIGHTNING)).toString("base64");
    const dropped = await page.evaluateHandle(async (base64) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([content], "dropped.safetensors"));
      return transfer;
    }, bytes);
    await page.dispatchEvent(".file-drop", "drop", { dataTransfer: dropped });
    await page.locator(".opened h2").filter({ hasText: "dropped.safetensors" }).waitFor();
    expect(await fact(page, "model")).toBe("movenet-lightning");
  });

  test("says that the page's server does not answer", async () => {
    const { page } = await site.visit("load");
    await page.context().route("**/weights/movenet-lightning.safetensors", (route) => route.abort());
    await page.getByRole("button", { name: "movenet-lightning" }).click();
    const sentence =
      "movenet-lightning: expected its weights, got no answer from the page's server. Start it again, or connect to its network, and run it again, or open a file of them in the view Load.";
    await page.locator(".opened").getByText(sentence, { exact: true }).waitFor();
  });

  test("gives up a download at once", async () => {
    const { page, faults } = await site.visit("load");
    await page
      .getByRole("status")
      .filter({ hasText: /detection/ })
      .waitFor();
    await page.context().route("**/weights/movenet-lightning.safetensors", () => {});
    await page.getByRole("button", { name: "movenet-lightning" }).click();
    await page.locator(".opened").getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Open one to see its model").waitFor();
    expect(faults).toEqual([]);
  });
});
