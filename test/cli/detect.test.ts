import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT, Interruption } from "../../src/cli/failures.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { EMPTY_PICTURE, SAMPLES, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const LIGHTNING = ["--model", "movenet-lightning"];
const people = await readFile(join(SAMPLES, "people.jpg"));

const records = (lines: string) =>
  lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a folder with broken images gives everything that can be had, and exit code 3", async () => {
  const folder = await temporaryFolder();
  await write(folder, {
    "in/a/x.png": EMPTY_PICTURE,
    "in/b/x.PNG": EMPTY_PICTURE,
    "in/text.jpg": "no image",
    "in/写真 1.jpeg": people,
    "out/b/x.png/in-the-way": "",
  });
  const [input, out, json, missing] = ["in", "out", "results.jsonl", "missing.png"].map((name) => {
    return join(folder, name);
  });
  const args = ["detect", input, missing, input, ...LIGHTNING, "--out", out, "--json", json];
  const outcome = await runCli(args);
  expect(outcome.code).toBe(EXIT.images);

  const names = ["a/x.png", "b/x.PNG", "text.jpg", "写真 1.jpeg"];
  const images = [...names.map((name) => join(input, name)), missing];
  const lines = records(await readFile(json, "utf8"));
  expect(lines.map(({ image }) => image)).toEqual(images);
  const errors = lines.map(({ error }) => error?.name);
  expect(errors).toEqual([undefined, "UsageError", "ImageError", undefined, "ImageError"]);
  expect(Object.keys(lines[2])).toEqual(["image", "error"]);
  expect(lines[0]).toMatchObject({ width: 24, height: 16, detections: [] });
  // What was found outlives the drawing.
  expect(lines[1]).toMatchObject({ width: 24, height: 16, detections: [] });
  expect(lines[3].detections).toHaveLength(1);

  const complaints = outcome.stderr.trimEnd().split("\n");
  const failed = [lines[1], lines[2], lines[4]];
  expect(complaints).toEqual(failed.map(({ error }) => `centernet: ${error.message}`));
  expect(complaints[0]).toMatch(/out\/b\/x\.png: expected to write this file, got/);
  expect(complaints[1]).toMatch(/text\.jpg: expected a JPEG or PNG image, got a text file/);
  expect(complaints[2]).toMatch(/missing\.png: expected an image file, got no such file or directory/);

  expect((await readdir(folder)).sort()).toEqual(["in", "out", "results.jsonl"]);
  const drawings = (await readdir(out, { recursive: true })).sort();
  expect(drawings).toEqual(["a", "a/x.png", "b", "b/x.png", "b/x.png/in-the-way", "写真 1.jpg"]);
  expect(await readFile(images[0])).toEqual(Buffer.from(EMPTY_PICTURE));
  const drawing = decodeImage(await readFile(join(out, "写真 1.jpg")), "drawing");
  expect([drawing.width, drawing.height]).toEqual([1080, 600]);
  expect(Buffer.from(drawing.data).equals(decodeImage(people, "people").data)).toBe(false);

  const rows = outcome.stdout.split("\n");
  expect(rows[0]).toMatch(/^image +label +score +xmin +ymin +xmax +ymax +keypoints +time$/);
  expect(rows[1]).toMatch(/a\/x\.png +nothing found +\d/);
  expect(rows[2]).toMatch(
    /^ {2}movenet-lightning finds only people; the best candidate has a score of 0\.\d\d,$/,
  );
  expect(rows.slice(2, 4).join("")).toMatch(/and 0\.2 is asked for; the image is only 16 pixels high$/);
  const failedRow = rows.findIndex((row) => /text\.jpg +failed$/.test(row));
  expect(failedRow).toBeGreaterThan(3);
  expect(rows[failedRow + 1]).toMatch(/写真 1\.jpeg +person +0\.34 +20 +113 +305 +616 +12 of 17 +\d/);
  expect(outcome.stdout).toMatch(/\n1 detection in 5 images, 3 failed, .* in total\nload .*network/);
  expect(outcome.stdout).toContain(`\ndrawn: ${out}/\n`);
});

test("--json - prints JSON and nothing else, with these fields and no others", async () => {
  const out = join(await temporaryFolder(), "out");
  const image = join(SAMPLES, "people.jpg");
  const args = [
    "detect",
    image,
    "none.jpg",
    ...LIGHTNING,
    "--json",
    "-",
    "--backend",
    "webasm",
    "--out",
    out,
  ];
  const outcome = await runCli(args, { terminal: 80 });
  expect(outcome.code).toBe(EXIT.images);
  const [found, failed, ...rest] = records(outcome.stdout);
  expect(rest).toEqual([]);
  expect(Object.keys(found)).toEqual([
    "image",
    "width",
    "height",
    "model",
    "backend",
    "backendDetails",
    "fused",
    "detections",
    "leftOut",
    "limitReached",
    "times",
  ]);
  expect(found).toMatchObject({
    image: image,
    width: 1080,
    height: 600,
    model: "movenet-lightning",
    backend: "webasm",
    backendDetails: {},
  });
  expect(found.detections).toHaveLength(1);
  const [detection] = found.detections;
  expect(Object.keys(detection)).toEqual(["label", "classId", "score", "box", "keypoints", "derived"]);
  expect(detection).toMatchObject({ label: "person", classId: 1, derived: ["score", "box"] });
  expect(Object.keys(detection.box)).toEqual(["xmin", "ymin", "xmax", "ymax"]);
  expect(detection.keypoints).toHaveLength(17);
  expect(Object.keys(detection.keypoints[0])).toEqual(["name", "x", "y", "score"]);
  expect(detection.keypoints.map(({ name }: { name: string }) => name).slice(0, 2)).toEqual([
    "nose",
    "left_eye",
  ]);
  expect(Object.keys(found.times)).toEqual(["load", "decode", "preprocess", "network", "postprocess"]);
  expect(failed).toEqual({ image: "none.jpg", error: { name: "ImageError", message: expect.any(String) } });
  expect(found).toMatchObject({ leftOut: {}, limitReached: 1 });
  expect(outcome.stderr).toContain(`centernet: ${failed.error.message}\n`);
  expect(outcome.stderr).toContain(`centernet: drawn: ${join(out, "people.jpg")}\n`);
  expect(await readdir(out)).toEqual(["people.jpg"]);
});

test("the result and the table say how the backend ran", async () => {
  const image = join(SAMPLES, "people.jpg");
  const args = ["detect", image, ...LIGHTNING, "--backend", "wasm", "--threads", "1", "--no-draw"];
  const { stdout } = await runCli([...args, "--json", "-", "--precision", "exact"]);
  const [{ backend, backendDetails }] = records(stdout);
  expect(backend).toBe("wasm");
  expect(backendDetails).toEqual({
    build: expect.stringMatching(/^(plain|relaxed)$/),
    threads: 1,
    precision: "exact",
  });
  const text = (await runCli(args)).stdout;
  expect(text).toMatch(/; on wasm \((plain|relaxed) SIMD, 1 thread\)$/m);
});

test("when everything fails nothing is drawn and the exit code is 3", async () => {
  const outcome = await runCli(["detect", "none-1.jpg", "none-2.jpg", ...LIGHTNING, "--no-draw"]);
  expect(outcome.code).toBe(EXIT.images);
  expect(outcome.stdout).toMatch(/0 detections in 2 images, 2 failed, .* in total\n$/);
});

test("a folder for drawings that is a file is an error before any image", async () => {
  const folder = await temporaryFolder();
  await write(folder, { file: "", "in.png": EMPTY_PICTURE });
  const outcome = await runCli([
    "detect",
    join(folder, "in.png"),
    ...LIGHTNING,
    "--out",
    join(folder, "file"),
  ]);
  expect(outcome).toMatchObject({ code: EXIT.usage, stdout: "" });
  expect(outcome.stderr).toMatch(/^centernet: .*file: expected a folder to write to, got [^\n]*\n$/);
});

test("JSON does not go where an image is", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in.png": EMPTY_PICTURE });
  const image = join(folder, "in.png");
  const outcome = await runCli(["detect", image, ...LIGHTNING, "--no-draw", "--json", `${folder}/./in.png`]);
  expect(outcome).toMatchObject({ code: EXIT.usage, stdout: "" });
  expect(outcome.stderr).toMatch(
    /option --json .*: expected a path that nothing else uses, got that of image .*in\.png/,
  );
  expect(await readFile(image)).toEqual(Buffer.from(EMPTY_PICTURE));
});

test("a model that cannot be loaded leaves older JSON as it was", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in.png": EMPTY_PICTURE, "results.jsonl": "older" });
  const json = join(folder, "results.jsonl");
  const outcome = await runCli(["detect", join(folder, "in.png"), "--model", "none", "--json", json]);
  expect(outcome.code).toBe(EXIT.model);
  expect((await readdir(folder)).sort()).toEqual(["in.png", "results.jsonl"]);
  expect(await readFile(json, "utf8")).toBe("older");
});

test("an interruption keeps what is done", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in/1.png": EMPTY_PICTURE, "in/2.png": EMPTY_PICTURE, "in/3.png": EMPTY_PICTURE });
  const json = join(folder, "results.jsonl");
  const stop = new AbortController();
  const onStdout = (text: string) => {
    if (text.includes("1.png")) stop.abort(new Interruption("interrupted", EXIT.interrupted));
  };
  const args = ["detect", join(folder, "in"), ...LIGHTNING, "--no-draw", "--json", json];
  const outcome = await runCli(args, { onStdout, signal: stop.signal });
  expect(outcome.code).toBe(EXIT.interrupted);
  expect(outcome.stderr).toBe("centernet: interrupted after 1 of 3 images; their results are kept\n");
  expect(records(await readFile(json, "utf8")).map(({ image }) => image)).toEqual([join(folder, "in/1.png")]);
});

test("an interruption while the model loads ends that", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in.png": EMPTY_PICTURE });
  const stop = new AbortController();
  setImmediate(() => stop.abort(new Interruption("interrupted", EXIT.interrupted)));
  const args = ["detect", join(folder, "in.png"), ...LIGHTNING, "--no-draw"];
  const outcome = await runCli(args, { signal: stop.signal });
  expect(outcome).toEqual({ code: EXIT.interrupted, stdout: "", stderr: "centernet: interrupted\n" });
});

test("a terminal shows how far it is, and is left clean", async () => {
  const { stdout, stderr } = await runCli(["detect", "none-1.jpg", "none-2.jpg", ...LIGHTNING, "--no-draw"], {
    terminal: 80,
  });
  expect(stdout).toMatch(/^image/);
  expect(stderr).toMatch(/░ 0 of 2 images/);
  expect(stderr).toMatch(/█+░+ 1 of 2 images, [\d.,]+ a second/);
  // The cursor is neither saved nor hidden, and the bar's line is cleared in the end.
  const sequences = stderr.split("\x1b").slice(1);
  expect(sequences.filter((sequence) => /^(7|8|\[\?)/.test(sequence))).toEqual([]);
  expect(sequences.at(-1)).toMatch(/^\[0?J$/);
});
