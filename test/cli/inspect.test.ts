import { join } from "node:path";
import { expect, test } from "vitest";
import { movenetFile } from "../checkpoints/support/movenetFile.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { pointsShapes, stateDict } from "../support/stateDicts.ts";
import { syntheticStateDict } from "../support/syntheticCheckpoint.ts";
import { torchSave } from "../support/torchSave.ts";
import { temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const LIGHTNING = new URL("../../weights/movenet-lightning.safetensors", import.meta.url).pathname;

test("inspect lists the variables of a safetensors file, what it says of itself, and totals", async () => {
  const { code, stdout } = await runCli(["inspect", LIGHTNING]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /movenet-lightning\.safetensors: safetensors\n {2}format: centernet\n {2}model: movenet/,
  );
  expect(stdout).toMatch(/\nF16 +1,728 +3x3x3x32 +backbone\.stem\.kernel\n/);
  expect(stdout).toMatch(/\nF16 +2 +scalar +preprocess\.scale\n/);
  expect(stdout).toMatch(/\n145 variables, 2,320,281 numbers, 4,640,562 bytes\n$/);
});

test("inspect --json is one object", async () => {
  const { rows, totals, ...rest } = JSON.parse((await runCli(["inspect", LIGHTNING, "--json"])).stdout);
  expect(rest).toMatchObject({ format: "safetensors", where: LIGHTNING });
  expect(rows).toHaveLength(145);
  expect(rows).toContainEqual({ name: "preprocess.scale", dtype: "F16", shape: [], bytes: 2 });
  expect(totals).toEqual({ variables: 145, elements: 2_320_281, bytes: 4_640_562 });
});

test("inspect --histogram adds statistics and a bar per variable", async () => {
  const { code, stdout } = await runCli(["inspect", LIGHTNING, "--histogram"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\nF16 +64 +32 +-5\.023 +5\.223 +1\.022 +2\.252 +0 +0 +│[ ▁▂▃▄▅▆▇█]{32}│ +backbone\.block0\.depthwise\.bias\n/,
  );
  const { rows } = JSON.parse((await runCli(["inspect", LIGHTNING, "--histogram", "--json"])).stdout);
  const { statistics, histogram, shape } = rows[0];
  expect(statistics).toMatchObject({ count: shape[0], nan: 0, infinite: 0 });
  expect(histogram.counts).toHaveLength(32);
  expect(histogram.counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(shape[0]);
});

test("inspect reads a TensorFlow.js model with its shards, names as they are there", async () => {
  const folder = await temporaryFolder();
  const { json, shards } = movenetFile("one");
  await write(folder, { "model.json": JSON.stringify(json), ...Object.fromEntries(shards) });
  const { code, stdout } = await runCli(["inspect", join(folder, "model.json")]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nF16 +\S+ +3x3x3x32 +StatefulPartitionedCall\/\S*Conv1\/Conv2D_weights\n/);
});

test("a state dict is inspected with the model that it is recognized as, or without where there is none", async () => {
  const folder = await temporaryFolder();
  const { variables, ...rest } = await syntheticStateDict(join(OWN_GOLDENS, "triplet/centernet-tiny"));
  const shapes = new Map([...variables].map(([key, { shape }]) => [key, shape]));
  const points = pointsShapes(shapes, 2, { hm: 3, wh: 2, reg: 2 });
  await write(folder, {
    "triplets.pkl": await torchSave({ variables, ...rest }),
    "points.pth": await torchSave(stateDict(points)),
  });
  const { stdout } = await runCli(["inspect", join(folder, "triplets.pkl")]);
  expect(stdout).toMatch(/triplets\.pkl: torch\n(.*\n)* {2}recognized as: centernet-triplets\n/);

  const file = join(folder, "points.pth");
  const unknown = await runCli(["inspect", file]);
  expect(unknown).toMatchObject({ code: 0, stderr: "" });
  expect(unknown.stdout).not.toContain("recognized as");
  expect(unknown.stdout).toMatch(/\nF32 +[\d,]+ +3x16x1x1 +module\.hm\.1\.1\.weight\n/);
  const refused = await runCli(["convert", file, "-o", join(folder, "points.safetensors")]);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toMatch(
    /expected objects as points on the hourglass of ctdet_coco_hg or multi_pose_hg_3x, got variables of another size/,
  );
});

test("a network that is not read is inspected with its name", async () => {
  const file = new URL("../checkpoints/fixtures/names-mmdet-centernet.pth", import.meta.url).pathname;
  const { stdout, code } = await runCli(["inspect", file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/recognized as: CenterNet of mmdetection, which is not read\n/);
});

test("convert names all that is wrong with a model that is not one of the known ones, and writes nothing", async () => {
  const folder = await temporaryFolder();
  const { json, shards } = movenetFile("one");
  await write(folder, { "model.json": JSON.stringify(json), ...Object.fromEntries(shards) });
  const args = ["convert", join(folder, "model.json"), "-o", join(folder, "out.safetensors")];
  const { code, stdout, stderr } = await runCli(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(
    /^centernet: [^\n]*misshapen backbone\.block0\.depthwise\.kernel: expected [^\n]* and 120 more [^\n]*\n$/,
  );
  expect((await runCli(["inspect", join(folder, "out.safetensors")])).code).toBe(2);
});
