import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const TINY = ["describe", "movenet-lightning"];

test("--receptive adds what a cell sees, its stride and its first pixel", async () => {
  const { code, stdout } = await runCli([...TINY, "--receptive"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nlayer +op +shape +parameters +multiply-adds +sees +stride +from\n/);
  expect(stdout).toMatch(/\nbackbone\.stem\n +conv2d +conv2d +96x96x32 .* 3x3 +2 +0,0\n/);
});

test("--receptive shows the lines and the cross of corner and center pools", async () => {
  const { stdout } = await runCli(["describe", "centernet-52", "--receptive", "--fused"]);
  expect(stdout).toMatch(/\nheads\.topLeft\.heatmap\n +sigmoid .* ∞x∞ +4 +-2925,-2925\n/);
  expect(stdout).toMatch(/ ∞x5851 \+ 5851x∞ +4 +-∞,-2925 \+ -2925,-∞\n/);
});

test("--json has the fields, with null for what only ends with the input", async () => {
  const { stdout } = await runCli(["describe", "centernet-52", "--receptive", "--json"]);
  const { rows } = JSON.parse(stdout);
  const [first] = rows;
  const axis = { size: 7, stride: 2, offset: -3 };
  expect(first.receptiveField).toEqual([{ height: axis, width: axis }]);
  const pool = rows.find(
    ({ name }: { name: string }) => name === "heads.center.pool.vertical.bottom.cornerPool",
  );
  expect(pool.receptiveField).toHaveLength(1);
  expect(pool.receptiveField[0].height).toEqual({ size: null, stride: 4, offset: null });
  const plain = JSON.parse((await runCli(["describe", "centernet-52", "--json"])).stdout);
  expect(plain.rows[0]).not.toHaveProperty("receptiveField");
});

test("--svg writes the picture, and prints the layers as before", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "below", "lightning.svg");
  const { code, stdout, stderr } = await runCli([...TINY, "--svg", file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe((await runCli(TINY)).stdout);
  const svg = await readFile(file, "utf8");
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain("\n<title>movenet-lightning at 192x192: MobileNetV2 x1 + FPN</title>\n");
  expect(svg).toMatch(/<\/svg>\n$/);
  expect(await readdir(join(folder, "below"))).toEqual(["lightning.svg"]);
  await runCli([...TINY, "--fused", "--svg", file]);
  expect((await readFile(file, "utf8")).length).toBeLessThan(svg.length);
});

test("--svg neither overwrites the weights nor a folder, and has no place beside --plan", async () => {
  const folder = await temporaryFolder();
  const weights = join(folder, "weights.svg");
  await copyFile("weights/movenet-lightning.safetensors", weights);
  await mkdir(join(folder, "folder.svg"));
  const refusedWith = async (...args: string[]) => {
    const { code, stderr } = await runCli(["describe", ...args]);
    expect(code).toBe(1);
    return stderr;
  };
  const overwriting = await refusedWith("--weights", weights, "--svg", weights);
  expect(overwriting).toContain(`option --svg ${weights}: expected a path that nothing else uses`);
  const published = await readFile("weights/movenet-lightning.safetensors");
  expect((await readFile(weights)).equals(published)).toBe(true);
  expect(await refusedWith("movenet-lightning", "--svg", join(folder, "folder.svg"))).toContain(
    "got a folder",
  );
  expect(await refusedWith("movenet-lightning", "--svg", "a.png")).toContain(
    "expected a name ending in .svg",
  );
  const both = "centernet: option --svg: expected to be used without --plan and --memory, got --plan.\n";
  expect(await refusedWith("movenet-lightning", "--svg", join(folder, "a.svg"), "--plan")).toBe(both);
});
