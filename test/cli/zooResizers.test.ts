import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { convertCheckpoint } from "../../src/checkpoints/convertCheckpoint.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import type { BundleCheckpoint } from "../../src/checkpoints/tensorBundle/bundleCheckpoint.ts";
import { encodePng } from "../../src/image/imageFile.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { cropped, crowd, readStretchedFile, resizedBy } from "../support/zooResizers.ts";
import { temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

/** A converted checkpoint whose pipeline.config has this resizer. */
async function weightsWith(resizer: string): Promise<string> {
  const config = new TextDecoder().decode(await readStretchedFile("pipeline.config"));
  const pipeline = config.replace(/fixed_shape_resizer \{[^}]*\}/, resizer);
  const model = await resizedBy(resizer);
  const own: BundleCheckpoint = { ...model, sidecar: { ...model.sidecar, texts: { pipeline } } };
  const checkpoint = await nameParameters(own);
  const { model: named } = modelOfCheckpoint(checkpoint);
  const weights = await readWeights(checkpoint, named);
  const file = join(await temporaryFolder(), "own.safetensors");
  await writeFile(file, Buffer.concat([...convertCheckpoint(checkpoint, named.name, weights).file.pieces]));
  return file;
}

test("a model whose images decide the size: what describe and detect say", async () => {
  const weights = await weightsWith("identity_resizer { }");
  const described = await runCli(["describe", "--weights", weights]);
  expect(described).toMatchObject({ code: 0, stderr: "" });
  expect(described.stdout).toMatch(
    /^centernet_mobilenet_v2_fpn_sep_conv_identity at 640x480: MobileNetV2 FPN\nImages: identity_resizer, not resized; each decides the size, and the one above is only an example\n/,
  );
  const { input, resizer } = JSON.parse((await runCli(["describe", "--weights", weights, "--json"])).stdout);
  expect({ input, resizer }).toEqual({
    input: { width: 640, height: 480 },
    resizer: "identity_resizer, not resized",
  });

  const folder = await temporaryFolder();
  const photo = await crowd();
  await write(folder, {
    "a.png": encodePng(cropped(photo, 96, 64)),
    "b.png": encodePng(cropped(photo, 100, 64)),
    "c.png": encodePng(cropped(photo, 64, 96)),
  });
  const flags = ["--weights", weights, "--backend", "wasm", "--no-draw"];
  const { code, stdout } = await runCli(["detect", folder, ...flags, "--json", "-"]);
  expect(code).toBe(3);
  const [a, b, c] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(a).toMatchObject({ width: 96, height: 64 });
  expect(b.error.message).toContain(
    "b.png: expected sides that the network can run, multiples of 32, up to 3 less, got 100x64 after identity_resizer, not resized. The nearest that it can run is 96x64.",
  );
  expect(c).toMatchObject({ width: 64, height: 96 });

  const sized = await runCli(["detect", folder, ...flags, "--size", "64x64"]);
  expect(sized).toMatchObject({ code: 1, stdout: "" });
  expect(sized.stderr).toContain(
    "expected none: each image decides it, got 64x64. Its pipeline.config says so",
  );
});

test("describe names the resizer of a published model, and none where there is none", async () => {
  const { stdout } = await runCli(["describe", "centernet_resnet50_v2_512x512_coco17_tpu-8"]);
  expect(stdout).toMatch(
    / at 512x512: ResNet-50 V2\nImages: keep_aspect_ratio_resizer, 512, padded, bilinear\n\n/,
  );
  expect((await runCli(["describe", "movenet-lightning"])).stdout).not.toContain("Images:");
});
