import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decimals } from "../../src/cli/eval/rowText.ts";
import { EXIT, Interruption } from "../../src/cli/failures.ts";
import { COCO_CASES, cocoCase } from "../evaluation/support/cocoCases.ts";
import { temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const file = (name: string, part: string) => join(COCO_CASES, name, `${part}.json`);
const inputs = (name: string) => [
  "--annotations",
  file(name, "annotations"),
  "--results",
  file(name, "results"),
];

test("eval prints pycocotools' rows, the classes, the differences and the time", async () => {
  const against = file("tiny-boxes", "results");
  const { code, stdout } = await runCli([
    "eval",
    ...inputs("tiny-boxes"),
    "--per-class",
    "--against",
    against,
  ]);
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.440");
  expect(lines[11]).toBe(" Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.100");
  expect(stdout).toMatch(/^class-1 +3 +6 +0\.829 +1\.000 .* – /m);
  expect(stdout).toMatch(/^AP class-3 +0\.050 +0\.050 +0$/m);
  expect(stdout).toMatch(/^3 images, 2 categories, 7 results in /m);
});

test("eval --json has the rows and classes of --against too", async () => {
  const against = file("tiny-boxes", "results");
  const { stdout } = await runCli(["eval", ...inputs("tiny-boxes"), "--against", against, "--json", "-"]);
  const { against: other, perClass, stats } = JSON.parse(stdout);
  expect(other).toEqual({ stats, perClass, notes: [] });
});

test("eval that is interrupted during its computation writes nothing more", async () => {
  const path = join(await temporaryFolder(), "rows.json");
  const stop = new AbortController();
  // The reader asks before each part of a file, of which these are one each: the second is the last before computing.
  let parts = 0;
  const ask = stop.signal.throwIfAborted.bind(stop.signal);
  stop.signal.throwIfAborted = () => {
    ask();
    if (++parts === 2) setImmediate(() => stop.abort(new Interruption("interrupted", EXIT.interrupted)));
  };
  const args = ["eval", ...inputs("tiny-boxes"), "--json", path];
  const { code, stdout, stderr } = await runCli(args, { signal: stop.signal });
  expect([code, stdout, stderr]).toEqual([EXIT.interrupted, "", "centernet: interrupted\n"]);
  expect(existsSync(path)).toBe(false);
});

test("eval --classes prefers the name of the same case", async () => {
  const folder = await temporaryFolder();
  const annotations = JSON.parse(await readFile(file("tiny-boxes", "annotations"), "utf8"));
  for (const [i, name] of ["car", "Car"].entries()) annotations.categories[i].name = name;
  const path = join(folder, "annotations.json");
  await writeFile(path, JSON.stringify(annotations));
  const args = ["--annotations", path, "--results", file("tiny-boxes", "results"), "--json", "-"];
  const idOf = async (name: string) =>
    JSON.parse((await runCli(["eval", ...args, "--classes", name])).stdout).perClass[0].id;
  expect([await idOf("car"), await idOf("Car"), await idOf("CAR")]).toEqual([1, 3, 1]);
});

test("eval cuts long names of classes, also those that head a column", async () => {
  const folder = await temporaryFolder();
  const annotations = JSON.parse(await readFile(file("tiny-boxes", "annotations"), "utf8"));
  annotations.categories[0].name = "n".repeat(5000);
  const path = join(folder, "annotations.json");
  await writeFile(path, JSON.stringify(annotations));
  const args = ["--annotations", path, "--results", file("tiny-boxes", "results"), "--confusion"];
  const { code, stdout } = await runCli(["eval", ...args]);
  expect(code).toBe(0);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThan(500);
});

test("eval --json has full precision, and the options of the command line reach pycocotools' parameters", async () => {
  const { expected, options } = cocoCase("custom-params");
  const areas = options.areas?.map(({ label, min, max }) => `${label}:${min}:${max}`).join(",") ?? "";
  const { code, stdout, stderr } = await runCli([
    "eval",
    ...inputs("custom-params"),
    ...["--iou-thresholds", "0.3,0.5,0.62,0.75,0.9", "--max-dets", "50,3,300", "--areas", areas],
    ...["--classes", `${options.categoryIds}`, "--images", `${options.imageIds}`, "--json", "-"],
  ]);
  expect(code).toBe(0);
  const { names, parameters, notes, perClass, stats } = JSON.parse(stdout);
  expect(names.slice(6, 9)).toEqual(["AR@3", "AR@50", "AR@300"]);
  expect(parameters.maxDetections).toEqual([3, 50, 300]);
  // Recall does not depend on the recall points, which only the API takes.
  expect(stats.slice(6)).toEqual(expected.stats.slice(6));
  expect(perClass.map(({ id }: { id: number }) => id)).toEqual([1, 3, 4]);
  expect(notes).toContain("max detections without 100: the first row is at 300 (pycocotools prints -1)");
  expect(stderr).toMatch(/^centernet: note: max detections without 100/m);
});

test("eval writes --json to a file, evaluates keypoints, and refuses to overwrite its input", async () => {
  const path = join(await temporaryFolder(), "rows.json");
  const { sigmas = [] } = cocoCase("five-points").options;
  const args = ["eval", ...inputs("five-points"), "--sigmas", sigmas.join(","), "--max-dets", "5,20"];
  const { code, stdout } = await runCli([...args, "--json", path]);
  expect(code).toBe(0);
  expect(stdout.split("\n")[5]).toMatch(
    /^ Average Recall {5}\(AR\) @\[ IoU=0\.50:0\.95 \| area= {3}all \| maxDets= 20 \]/,
  );
  expect(JSON.parse(await readFile(path, "utf8")).stats).toEqual(cocoCase("five-points").expected.stats);
  const refused = await runCli(["eval", ...inputs("tiny-boxes"), "--json", file("tiny-boxes", "results")]);
  expect(refused.code).toBe(1);
});

test.each([
  [["--type", "segm"], /option --type: expected boxes or keypoints, got "segm"\. Segmentation/],
  [["--max-dets", "100"], /option --max-dets: expected at least three positive integers/],
  [["--classes", "class-2"], /option --classes: expected a category of the annotations.*Did you mean class-/],
  [["--images", "77"], /option --images: expected an image id of the annotations, got 77/],
  [["--areas", "all:0"], /option --areas: expected label:min:max/],
  [["--sigmas", "1"], /option --sigmas: expected keypoints, got boxes, which have none/],
])("eval %s is refused", async (flags, message) => {
  const { code, stdout, stderr } = await runCli(["eval", ...inputs("tiny-boxes"), ...flags]);
  expect(`${stdout}${stderr}`).toMatch(message);
  expect(code).toBe(1);
});

test("decimals are Python's: ties go to the even digit", () => {
  expect([0.0625, 0.1875, 0.3125, 0.4385, 0.5, -1].map((value) => decimals(value, 3))).toEqual([
    "0.062",
    "0.188",
    "0.312",
    "0.439",
    "0.500",
    "-1.000",
  ]);
  expect(decimals(0.125, 2)).toBe("0.12");
});

test("eval refuses the same file twice, standard input and a model after --results, and prefers a class's name to its id", async () => {
  const [, annotations, , results] = inputs("tiny-boxes");
  const run = (...args: string[]) => runCli(["eval", "--annotations", annotations, ...args]);
  expect((await run("--results", results, results)).stderr).toContain(": expected each file once, got ");
  expect((await run("--results", "-")).stderr).toContain("Standard input is not read");
  expect((await run("--results", results, "movenet-multipose")).stderr).toContain(
    "A model is run without --results",
  );
  const folder = await temporaryFolder();
  const truth = JSON.parse(await readFile(annotations, "utf8"));
  const [first, second] = truth.categories;
  second.name = String(first.id);
  const named = join(folder, "named.json");
  await writeFile(named, JSON.stringify(truth));
  const args = ["eval", "--annotations", named, "--results", results, "--classes", second.name];
  const { perClass } = JSON.parse((await runCli([...args, "--json", "-"])).stdout);
  expect(perClass.map(({ id }: { id: number }) => id)).toEqual([second.id]);
});

test("eval prints areas with labels of their own after pycocotools' rows, and counts the results that were evaluated", async () => {
  const areas = ["--areas", "all:0:1e10,tiny:0:400"];
  const { stdout } = await runCli(["eval", ...inputs("tiny-boxes"), ...areas, "--images", "1"]);
  const lines = stdout.split("\n");
  expect(lines[12]).toMatch(
    /^ Average Precision {2}\(AP\) @\[ IoU=0\.50:0\.95 \| area= {2}tiny \| maxDets=100 \] = /,
  );
  expect(lines[13]).toMatch(
    /^ Average Recall {5}\(AR\) @\[ IoU=0\.50:0\.95 \| area= {2}tiny \| maxDets=100 \] = /,
  );
  const { perClass, ownAreas } = JSON.parse(
    (await runCli(["eval", ...inputs("tiny-boxes"), ...areas, "--images", "1", "--json", "-"])).stdout,
  );
  const found = perClass.reduce((sum: number, one: { found: number }) => sum + one.found, 0);
  expect(found).toBeLessThan(7);
  expect(stdout).toContain(`1 image, 2 categories, ${found} result`);
  expect(ownAreas.map(({ name }: { name: string }) => name)).toEqual(["APtiny", "ARtiny"]);
});
