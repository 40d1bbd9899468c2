import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blockLine } from "../../src/cli/report/variableTable.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { EMPTY_PICTURE, SAMPLES, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const FAST = ["--model", "movenet-lightning", "--backend", "wasm", "--threads", "1"];
const HEATMAP = "heads.center.sigmoid";

describe("detect", () => {
  test("--heatmaps, --activations and --npy write a file per image and layer, under names of their own", async () => {
    const folder = await temporaryFolder();
    await write(folder, { "x.jpg": EMPTY_PICTURE, "x.png": EMPTY_PICTURE });
    const inputs = ["x.jpg", "x.png"].map((name) => join(folder, name));
    const out = join(folder, "out");
    const { code, stdout } = await runCli(
      [
        "detect",
        ...inputs,
        ...FAST,
        "--out",
        out,
        "--no-draw",
        "--npy",
        "--heatmaps",
        "--activations",
      ].concat(`${HEATMAP},fpn.merge4.add`),
    );
    expect(code).toBe(0);
    const names = ["x", "x-2"];
    const expected = names.flatMap((name) => [`${name}.activations`, `${name}.heatmap.png`]);
    expect((await readdir(out)).sort()).toEqual(expected.sort());
    for (const name of names) {
      const layers = [HEATMAP, "fpn.merge4.add"].flatMap((layer) => [`${layer}.npy`, `${layer}.png`]);
      expect((await readdir(join(out, `${name}.activations`))).sort()).toEqual(layers.sort());
    }
    const drawn = decodeImage(await readFile(join(out, "x.heatmap.png")), "heatmap");
    expect([drawn.width, drawn.height]).toEqual([24, 16]);
    const values = await readFile(join(out, `x.activations/${HEATMAP}.npy`));
    expect(values.length).toBe(128 + 48 * 48 * 4);
    expect(values.toString("latin1", 10, 128)).toContain("'shape': (1, 48, 48, 1)");
    expect(stdout).toMatch(
      /\n {2}heads\.center\.sigmoid 48x48x1: colors \S+ to 0\.\d+ \(layer\), 1 tile per row, 16 pixels per cell; mean/,
    );
    expect(stdout).toMatch(/\n {2}values of wasm \(.*1 thread\), fused\n/);
    expect(stdout).toMatch(/\n {2}fpn\.merge4\.add 12x12x\d+: colors -(\S+) to \1 \(symmetric\)/);
    expect(stdout).toContain(`heatmaps: ${out}/\nactivations: ${out}/`);
  });

  test("--activations reaches inside a fused layer, and says that each op ran alone", async () => {
    const folder = await temporaryFolder();
    await write(folder, { "x.png": EMPTY_PICTURE });
    const layer = "backbone.stem.conv2d";
    const args = [join(folder, "x.png"), ...FAST, "--no-draw", "--out", folder, "--activations", layer];
    const { code, stdout } = await runCli(["detect", ...args]);
    expect(code).toBe(0);
    expect(await readdir(join(folder, "x.activations"))).toEqual([`${layer}.png`]);
    expect(stdout).toMatch(/\n {2}values of wasm \(.*1 thread\), op by op\n/);
  });

  test("classes, layers and scales that are not there are refused before an image is read", async () => {
    const image = join(SAMPLES, "people.jpg");
    const refused = async (...args: string[]) => {
      const { code, stderr } = await runCli(["detect", image, ...FAST, ...args]);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await refused("--heatmaps", "cat")).toMatch(/option --heatmaps: expected a class .*, got "cat"/);
    expect(await refused("--activations", "fpn.merge5.ad")).toMatch(/tap fpn\.merge5\.ad: .* Did you mean /);
    expect(await refused("--activations", "fpn.*", "--activation-scale", "layr")).toContain(
      "Did you mean layer?",
    );
    expect(await refused("--npy")).toContain("--activations <layers>, got no layers");
    const { code, stderr } = await runCli(["detect", "--heatmaps", image, ...FAST]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("Write the images before --heatmaps.")]);
  });

  test("an image inside the folder of another's layers is not overwritten", async () => {
    const folder = await temporaryFolder();
    await write(folder, {
      "x.png": EMPTY_PICTURE,
      "x.activations/y.png": EMPTY_PICTURE,
      "x.heatmap.png": EMPTY_PICTURE,
    });
    const run = (image: string, ...args: string[]) =>
      runCli([
        "detect",
        join(folder, "x.png"),
        join(folder, image),
        ...FAST,
        "--no-draw",
        "--out",
        folder,
        ...args,
      ]);
    for (const outcome of [
      await run("x.activations/y.png", "--activations", HEATMAP),
      await run("x.heatmap.png", "--heatmaps"),
    ]) {
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toContain("that nothing else uses");
    }
  });
});

test("counts become blocks, and only 0 is blank", () => {
  expect(blockLine([0, 1, 50, 100])).toBe(" ▁▄█");
  expect(blockLine([0, 0])).toBe("  ");
});
