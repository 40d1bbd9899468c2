import { link, mkdir, readFile, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/cli/failures.ts";
import { type PathUse, refuseOverwriting } from "../../src/cli/files/refuseOverwriting.ts";
import { quick } from "../support/quick.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const use = (role: PathUse["role"], path: string): PathUse => ({ path, role, name: `${role} ${path}` });

/** Whether an output at `out` is refused beside an input at `in`. */
function isRefused(input: string, output: string): boolean {
  return refuses([use("input", input), use("output", output)]);
}

function refuses(uses: readonly PathUse[]): boolean {
  try {
    refuseOverwriting(uses);
    return false;
  } catch (error) {
    expect(String(error)).toMatch(
      /^UsageError: output\S* .*: expected a (path|folder) that nothing else uses/,
    );
    return true;
  }
}

test("an output is the input, whichever path leads to it", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in/x.jpg": "photo", "other/y.jpg": "another" });
  await symlink("in", join(folder, "folder-link"));
  await symlink("in/x.jpg", join(folder, "file-link"));
  await symlink("file-link", join(folder, "link-to-link"));
  await link(join(folder, "in/x.jpg"), join(folder, "hard.jpg"));
  const input = `${folder}/in/x.jpg`;
  for (const output of [
    "in/x.jpg",
    "in/../in/./x.jpg",
    "folder-link/x.jpg",
    "file-link",
    "link-to-link",
    "hard.jpg",
    "in/X.JPG",
    "IN/../in/x.Jpg",
  ]) {
    const isThere = output !== "IN/../in/x.Jpg";
    expect([output, isRefused(input, `${folder}/${output}`)]).toEqual([output, isThere]);
    if (isThere) expect([output, isRefused(`${folder}/${output}`, input)]).toEqual([output, true]);
  }
  for (const output of ["in/y.jpg", "x.jpg", "other/x.jpg", "other/y.jpg", "new/x.jpg"]) {
    expect([output, isRefused(input, `${folder}/${output}`)]).toEqual([output, false]);
  }
});

test("a link is an input as well as what it leads to", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "real/x.jpg": "photo" });
  await symlink("real/x.jpg", join(folder, "x.jpg"));
  expect(isRefused(`${folder}/x.jpg`, `${folder}/x.jpg`)).toBe(true);
  expect(isRefused(`${folder}/x.jpg`, `${folder}/real/x.jpg`)).toBe(true);
});

test("two outputs are one file, also where neither exists", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "a"));
  await symlink("a/new.json", join(folder, "dangling"));
  await symlink("loop", join(folder, "loop"));
  const outputs = (...paths: string[]) => refuses(paths.map((path) => use("output", `${folder}/${path}`)));
  expect(outputs("a/new.json", "dangling")).toBe(true);
  expect(outputs("b/c/new.json", "b/C/NEW.json")).toBe(true);
  // Precomposed and decomposed.
  expect(outputs("caf\u00e9.json", "cafe\u0301.json")).toBe(true);
  expect(outputs("a/new.json", "b/new.json", "a/other.json", "loop")).toBe(false);
});

test("no output is where another needs a folder", async () => {
  const folder = await temporaryFolder();
  const outputs = (...paths: string[]) => refuses(paths.map((path) => use("output", `${folder}/${path}`)));
  expect(outputs("out", "out/a.jpg")).toBe(true);
  expect(outputs("out/b/a.jpg", "out/b")).toBe(true);
  expect(outputs("out/a.jpg", "out/b/c.jpg")).toBe(false);
});

test("a folder for files of unknown names holds nothing else", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in/x.jpg": "photo" });
  const beside = (crops: string, ...others: PathUse[]) =>
    refuses([...others, use("output-folder", `${folder}/${crops}`)]);
  const input = use("input", `${folder}/in/x.jpg`);
  expect(beside("in", input)).toBe(true);
  expect(beside(".", input)).toBe(true);
  expect(beside("in/x.jpg", input)).toBe(true);
  expect(beside("out", input, use("output", `${folder}/OUT/a/b.jpg`))).toBe(true);
  expect(beside("out", input, use("output-folder", `${folder}/out/more`))).toBe(true);
  expect(beside("out/more", input, use("output-folder", `${folder}/out`))).toBe(true);
  expect(beside("out/crops", input, use("output", `${folder}/out/a.jpg`))).toBe(false);
  expect(beside("crops", input)).toBe(false);
});

test.skipIf(process.platform === "win32")("devices may be named several times", () => {
  expect(refuses([use("input", "/dev/null"), use("output", "/dev/null"), use("output", "/dev/null")])).toBe(
    false,
  );
});

test("many paths take little time", async () => {
  const folder = await temporaryFolder();
  const uses = Array.from({ length: 100_000 }, (_, i) =>
    use(i % 2 ? "input" : "output", `${folder}/${i}.jpg`),
  );
  quick(() => refuseOverwriting(uses));
});

const FILES = {
  "photos/a.png": EMPTY_PICTURE,
  "tf/ckpt.index": "index",
  "tf/ckpt.data-00000-of-00001": "data",
  "tf/pipeline.config": "config",
  "tfjs/model.json": JSON.stringify({ weightsManifest: [{ paths: ["group1-shard1of1.bin"], weights: [] }] }),
  "tfjs/group1-shard1of1.bin": "shard",
  "names.pbtxt": "item { id: 1 name: 'x' }",
};

test.each([
  ["an image", [], "--json", "photos/a.png", /image .*a\.png/],
  ["the label map", ["--label-map", "names.pbtxt"], "--json", "names.pbtxt", /label map .*names\.pbtxt/],
  [
    "a part of a checkpoint",
    ["--weights", "tf"],
    "--json",
    "tf/ckpt.data-00000-of-00001",
    /weights .*data-0/,
  ],
  ["a checkpoint named by its prefix", ["--weights", "tf/ckpt"], "--json", "tf/pipeline.config", /weights/],
  ["a shard", ["--weights", "tfjs/model.json"], "--json", "tfjs/group1-shard1of1.bin", /weights .*shard/],
  ["a drawing", ["--out", "drawn"], "--json", "drawn/a.png", /drawing .*a\.png/],
])("detect does not write over %s", async (_, flags, option, target, owner) => {
  const folder = await temporaryFolder();
  await write(folder, FILES);
  const inFolder = (text: string) => (text.startsWith("--") ? text : join(folder, text));
  await symlink(inFolder(target), join(folder, "link")).catch(() => {});
  const draws = flags.includes("--out") ? [] : ["--no-draw"];
  for (const path of [target, "link"]) {
    const args = ["photos", ...flags, option, path].map(inFolder);
    const { code, stdout, stderr } = await runCli(["detect", ...args, ...draws]);
    expect([code, stdout]).toEqual([EXIT.usage, ""]);
    expect(stderr).toMatch(/ expected a path that nothing else uses, got that of /);
    expect(stderr).toMatch(owner);
  }
  await unlink(join(folder, "link"));
  for (const [name, content] of Object.entries(FILES)) {
    expect((await readFile(join(folder, name))).equals(Buffer.from(content))).toBe(true);
  }
});

test("convert does not write over a shard that a link leads to", async () => {
  const folder = await temporaryFolder();
  await write(folder, FILES);
  await symlink("tfjs/group1-shard1of1.bin", join(folder, "out.safetensors"));
  const outcome = await runCli(["convert", `${folder}/tfjs/model.json`, "-o", `${folder}/out.safetensors`]);
  expect(outcome.code).toBe(EXIT.usage);
  expect(outcome.stderr).toMatch(/option --output .*got that of weights .*group1-shard1of1\.bin/);
});

test("detect does not write over the weights of its model, nor over an image by drawing it", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a.png": EMPTY_PICTURE });
  const weights = new URL("../../weights/movenet-lightning.safetensors", import.meta.url).pathname;
  await symlink(weights, join(folder, "results.jsonl"));
  const args = ["detect", `${folder}/a.png`, "--model", "movenet-lightning"];
  const json = await runCli([...args, "--no-draw", "--json", `${folder}/results.jsonl`]);
  expect([json.code, json.stderr]).toEqual([EXIT.usage, expect.stringMatching(/got that of weights/)]);
  const drawn = await runCli([...args, "--out", folder]);
  expect(drawn.code).toBe(EXIT.usage);
  expect(drawn.stderr).toMatch(
    /drawing .*a\.png: .* got that of image .*a\.png\. Choose another folder with --out, or --no-draw\./,
  );
  expect((await readFile(join(folder, "a.png"))).equals(Buffer.from(EMPTY_PICTURE))).toBe(true);
});
