import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportOnnx } from "../../src/index.ts";
import { temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

test("export writes what the function returns, and says what is in it", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "lightning.onnx");
  const { code, stdout, stderr } = await runCli(["export", "movenet-lightning", "-o", path]);
  expect([code, stderr]).toEqual([0, ""]);
  const [head, ...lines] = stdout.trimEnd().split("\n");
  const bytes = await readFile(path);
  expect(head).toBe(`${path}: movenet-lightning, opset 13, ${bytes.length.toLocaleString("en-US")} bytes`);
  expect(lines[1]).toMatch(/^input +image +float32 +\[1, 192, 192, 3\] +RGB, 0 to 255/);
  expect(lines[2]).toMatch(/^output +centerHeatmap +float32 +\[1, 48, 48, 1\]/);
  expect(lines.at(-2)).toMatch(/^Images: as large as possible/);
  expect(lines.at(-1)).toMatch(/docs\/onnx\.md/);
  expect(bytes.equals(await exportOnnx("movenet-lightning"))).toBe(true);
  expect(await readdir(folder)).toEqual(["lightning.onnx"]);
});

test("--label-map names the classes in the file's metadata", async () => {
  const folder = await temporaryFolder();
  const [names, path] = ["names.txt", "lightning.onnx"].map((name) => join(folder, name));
  await writeFile(names, "walker\n");
  const { code } = await runCli(["export", "movenet-lightning", "--label-map", names, "-o", path]);
  expect(code).toBe(0);
  expect((await readFile(path)).includes('"walker"')).toBe(true);
});

test.each([
  [
    ["movenet-lightning", "-o", "model.txt"],
    /option --output: expected a name ending in \.onnx, got model\.txt/,
  ],
  [
    ["movenet-lightning", "--layout", "chw"],
    /option --layout: expected NHWC or NCHW, the order of the axes, got "chw"/,
  ],
  [["movenet-lightning", "--size", "64x64"], /option --size: expected 192x192, its only size, got 64x64/],
  [[], /argument <model>: expected a model's name, or --weights, got neither/],
  [["movenet-lightning", "--weights", "a.onnx", "-o", "a.onnx"], /a\.onnx/],
])("export %j is refused", async (args, message) => {
  const { code, stderr } = await runCli(["export", ...args]);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(message);
});

test("without weights at hand, export says how to get them, as detect does", async () => {
  const { code, stderr } = await runCli(["export", "centernet_hg104_512x512_coco17_tpu-8"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/Run centernet pull centernet_hg104_512x512_coco17_tpu-8/);
});
