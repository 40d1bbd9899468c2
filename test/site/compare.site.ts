/** The Compare view: two runs, golden cases and planted faults. */
import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { goldenCaseFiles, goldenValue, load, openDump, type Tensor } from "../../src/index.ts";
import { ROOT } from "../browser/builtPage.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, Site } from "./page.ts";

const FAULTY = "backbone.block4.depthwise.relu6";

describe.skipIf(!chromiumPath && mayBeLeftOut)("the Compare view", () => {
  let site: Site;
  let folder: string;
  beforeAll(async () => {
    site = await Site.open();
    folder = await mkdtemp(join(tmpdir(), "planted-"));
  });
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("finds no difference between wasm and itself, and shows a layer that the keys reach", async () => {
    const { page, faults } = await site.visit("compare?model=movenet-lightning&a=wasm&b=wasm");
    await page.getByText(/All \d+ layers are within the tolerance/).waitFor();
    const bars = page.getByRole("navigation", { name: "Layers" }).getByRole("link");
    const names = await bars.evaluateAll((links) => links.map((link) => link.getAttribute("aria-label")));
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) expect(name).toMatch(/: largest difference 0 σ, RMS 0 σ$/);
    await expect.poll(() => page.locator('.bars a[tabindex="0"]').count()).toBe(1);
    await bars.first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: /^A − B, channel 0, values from 0 to 0/ }).waitFor();
    await expect.poll(() => page.url()).toContain(`layer=${names[1]?.split(":")[0]}`);
    expect(faults).toEqual([]);
  });

  test("says which runs differ and where, saves the table, and warns of cpu before it runs", async () => {
    const { page } = await site.visit("compare?model=movenet-lightning&a=wasm&b=wasm,unfused");
    await page.getByText(/All \d+ layers are within the tolerance/).waitFor();
    await page.getByText(/^wasm \(.*\), op by op$/).waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as CSV" }).click();
    expect((await saved).suggestedFilename()).toBe("differences.csv");
    await page.getByRole("group", { name: "B" }).getByLabel("Backend").selectOption("cpu");
    await page.getByRole("button", { name: "Compare anyway" }).click();
    await page.getByRole("button", { name: "Cancel the comparison" }).click();
    await page.getByText("Canceled.", { exact: true }).waitFor();
    // The time that it takes was agreed to.
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.getByText(/All \d+ layers are within the tolerance/).waitFor();
  });

  test("passes a golden case of movenet-lightning", async () => {
    const { page, faults } = await site.visit("compare?with=golden");
    const golden = join(ROOT, "test/goldens/tfjs/movenet-lightning/grace-hopper");
    const files = readdirSync(golden).map((name) => join(golden, name));
    await page.getByLabel("Choose files").setInputFiles(files);
    await page.getByText(/All \d+ layers are within the tolerance/).waitFor();
    expect(faults).toEqual([]);
  });

  test("leads a verifier to the layer of a planted fault, its worst element, and the numbers as files", async () => {
    const planted = await plantFault(folder);
    const { page, faults } = await site.visit("detect");
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    await page.getByRole("combobox", { name: "B is" }).selectOption("a golden case");
    const files = readdirSync(folder).map((name) => join(folder, name));
    await page.getByLabel("Choose files").setInputFiles(files);
    await page.getByText(`First beyond the tolerance: ${FAULTY}`).waitFor();
    await page.getByRole("link", { name: new RegExp(`^${FAULTY}: .*beyond the tolerance`) }).waitFor();
    await page.getByRole("link", { name: FAULTY, exact: true }).click();
    for (const side of ["A", "B"]) {
      await page.getByRole("img", { name: new RegExp(`^${side}, channel 5,`) }).waitFor();
    }
    await page
      .getByRole("img", { name: /^A − B, channel 5, .*worst element at row 3, column 4, channel 5$/ })
      .waitFor();
    const save = async (button: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: button }).click(),
      ]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    };
    const npy = await save("Save B as .npy");
    expect(npy.name).toBe(`${FAULTY}.b.npy`);
    const dump = await openDump([new File([npy.bytes], `${FAULTY}.npy`)]);
    expect(await dump.read(FAULTY)).toEqual(planted.data);
    const csv = await save("Save as CSV");
    const row = String(csv.bytes)
      .split("\n")
      .find((line) => line.startsWith(FAULTY));
    expect(row).toContain(',yes,"[0, 3, 4, 5]",');
    expect(faults).toEqual([]);
  });

  test("says what is missing in a folder that is no case, and in tensors that are none, and takes others then", async () => {
    const { page, faults } = await site.visit("compare?model=movenet-lightning&with=golden");
    const chosen = page.getByLabel("Choose files");
    await chosen.setInputFiles([join(ROOT, "test/checkpoints/fixtures/lfs-pointer.safetensors")]);
    await page.getByRole("alert").filter({ hasText: "expected a golden case" }).waitFor();
    await page.getByRole("combobox", { name: "B is" }).selectOption("tensors of another program");
    await chosen.setInputFiles([join(ROOT, "test/checkpoints/fixtures/lfs-pointer.safetensors")]);
    await page.getByRole("alert").filter({ hasText: "got a Git LFS pointer" }).waitFor();
    await page.getByRole("combobox", { name: "B is" }).selectOption("another run");
    await page.getByText(/All \d+ layers are within the tolerance/).waitFor();
    expect(faults).toEqual([]);
  });
});

/** A case that a run in Node made, with one number of one layer off. */
async function plantFault(folder: string): Promise<Tensor> {
  const detector = await load("movenet-lightning", { backend: "wasm" });
  const { height, width } = detector.network.inputSize;
  const data = Float32Array.from({ length: height * width * 3 }, (_, i) => (i * 37) % 256);
  const input: Tensor = { shape: [1, height, width, 3], data };
  const names = detector.network.graph.nodes.slice(0, 40).map(({ name }) => name);
  const { taps } = await detector.network.run({ image: input }, { taps: names });
  await detector.dispose();
  const [, , columns, channels] = taps[FAULTY].shape;
  taps[FAULTY].data[(3 * columns + 4) * channels + 5] += 100;
  const values = new Map(
    names.map((name) => [name, goldenValue(name, taps[name], Number.POSITIVE_INFINITY)]),
  );
  const facts = { model: "movenet-lightning", source: "a run in Node", input, tolerance: 0.02 };
  for (const [name, bytes] of Object.entries(goldenCaseFiles(values, facts))) {
    await writeFile(join(folder, name), bytes);
  }
  return taps[FAULTY];
}
