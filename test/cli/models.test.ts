import { expect, test } from "vitest";
import { MODELS } from "../../src/models/models.ts";
import { runCli } from "./support/runCli.ts";

test("models lists every model with its facts", async () => {
  const { code, stdout, stderr } = await runCli(["models"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const { name } of MODELS) expect(stdout).toContain(name);
  expect(stdout).toMatch(/\nmovenet-lightning\n {2}MobileNetV2 x1 \+ FPN +192x192 +2,317,974 +0\.541/);
  expect(stdout).toMatch(/multiples of 32\. The default\. Its\n {2}weights ship/);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("models --json gives the same for programs", async () => {
  const models = JSON.parse((await runCli(["models", "--json"])).stdout);
  expect(models).toHaveLength(MODELS.length);
  expect(models[0]).toEqual({
    name: "movenet-multipose",
    isDefault: true,
    backbone: "MobileNetV2 x1.5 + FPN",
    input: { width: 256, height: 256, multipleOf: 32 },
    outputs: "boxes, keypoints",
    parameters: 4_723_346,
    gflops: 1.943,
    weights: expect.stringContaining("ship"),
  });
});

test("describe prints every layer below its scope, and totals", async () => {
  const { stdout } = await runCli(["describe", "movenet-multipose"]);
  expect(stdout).toMatch(/^movenet-multipose at 256x256/);
  expect(stdout).toMatch(
    /\nbackbone\.stem\n {2}conv2d +conv2d +128x128x48 +1,296 +21,233,664\n {2}bias +bias +128x128x48 +48 +0\n/,
  );
  expect(stdout).toMatch(
    /trainable parameters +4,723,346\nstored numbers +4,723,350\nmultiply-adds +971,272,192/,
  );
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("describe --fused --size --json has full names, and costs of that size", async () => {
  const args = ["describe", "movenet-multipose", "--fused", "--size", "512x256", "--json"];
  const { model, input, rows, totals } = JSON.parse((await runCli(args)).stdout);
  expect({ model, input }).toEqual({ model: "movenet-multipose", input: { width: 512, height: 256 } });
  expect(rows[1]).toEqual({
    name: "backbone.stem.relu6",
    op: "conv2d+bias+relu6",
    shape: [1, 128, 256, 48],
    parameters: 1296 + 48,
    multiplyAdds: 2 * 21_233_664,
    needed: true,
  });
  expect(totals).toMatchObject({ trainableParameters: 4_723_346, multiplyAdds: 2 * 971_272_192 });
});
