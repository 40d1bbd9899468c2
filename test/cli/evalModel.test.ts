import { copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT, Interruption } from "../../src/cli/failures.ts";
import { SAMPLES, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

/** Boxes near those of the people on the samples; the ids are none of COCO's. */
const ANNOTATIONS = {
  images: [
    { id: 12, file_name: "val/people.jpg", width: 640, height: 640 },
    { id: 3, file_name: "rocket.jpg", width: 640, height: 427 },
  ],
  categories: [{ id: 5, name: "person" }],
  annotations: [{ id: 1, image_id: 12, category_id: 5, bbox: [1, 16, 352, 583], area: 100000, iscrowd: 0 }],
};

async function folderOf(files: Record<string, string> = {}, annotations: object = ANNOTATIONS) {
  const folder = await temporaryFolder();
  await write(folder, { "a.json": JSON.stringify(annotations), "images/deep/.keep": "", ...files });
  await copyFile(join(SAMPLES, "people.jpg"), join(folder, "images/deep/people.jpg"));
  await copyFile(join(SAMPLES, "rocket.jpg"), join(folder, "images/rocket.jpg"));
  const args = ["--annotations", join(folder, "a.json"), "--image-dir", join(folder, "images")];
  return { folder, args };
}

const MODEL = ["eval", "movenet-multipose", "--backend", "wasm"];

test("a model is run and evaluated as the lines that it keeps", async () => {
  const { folder, args } = await folderOf();
  const kept = join(folder, "kept.jsonl");
  const { code, stdout, stderr } = await runCli([...MODEL, ...args, "--save-results", kept]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^ Average Precision {2}\(AP\) @\[ IoU=0\.50:0\.95 \| area= {3}all \| maxDets=100 \] = [01]\.\d+$/m,
  );
  expect(stdout).toMatch(
    /^note: \d+ detections given the annotations' category id by the class's name \(person 1 to 5\)$/m,
  );
  expect(stdout).toMatch(/^published: no figure of movenet-multipose on COCO$/m);
  expect(stdout).toMatch(/^2 images, 1 category, \d+ results in /m);
  const lines = (await readFile(kept, "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).image)).toEqual(["val/people.jpg", "rocket.jpg"]);
  const json = async (...more: string[]) => JSON.parse((await runCli([...more, "--json", "-"])).stdout);
  const again = await json("eval", "--annotations", args[1], "--results", kept);
  const direct = await json(...MODEL, ...args);
  expect(again.stats[1]).toBeGreaterThan(0.9);
  expect(again.stats).toEqual(direct.stats);
  expect(direct).toMatchObject({ model: "movenet-multipose", published: [], failed: [], missing: [] });
  // detect writes the same detections, in every digit.
  const detected = join(folder, "detected.jsonl");
  const detect = ["detect", join(folder, "images"), "--backend", "wasm", "--score", "0", "--no-draw"];
  await runCli([...detect, "--json", detected]);
  const theirs = (await readFile(detected, "utf8")).trimEnd().split("\n");
  const detectionsIn = (all: readonly string[]) => all.map((line) => JSON.parse(line).detections);
  expect(detectionsIn(theirs)).toEqual(detectionsIn(lines));
});

test("an image that cannot be read fails alone, and one that is missing is told", async () => {
  const images = [...ANNOTATIONS.images, { id: 6, file_name: "torn.jpg" }, { id: 7, file_name: "gone.jpg" }];
  const { args } = await folderOf({ "images/torn.jpg": "no image" }, { ...ANNOTATIONS, images });
  const { code, stdout, stderr } = await runCli([...MODEL, ...args]);
  expect(code).toBe(EXIT.images);
  expect(stderr).toMatch(/torn\.jpg: expected a JPEG or PNG image/);
  expect(stdout).toMatch(/^note: 1 image failed: evaluated as without detections$/m);
  expect(stdout).toMatch(/^note: 1 image of 4 missing, such as gone\.jpg: not evaluated$/m);
  expect(stdout).toMatch(/^3 images, /m);
});

describe("images are found by path, then by a base name that only one has", () => {
  test.each([
    [
      "two files of one name",
      { "images/other/people.jpg": "x" },
      ["val/people.jpg"],
      /^option --image-dir .*: expected val\/people\.jpg, or one file of its base name, got .*deep\/people\.jpg and .*other\/people\.jpg\. Name the folder/,
    ],
    [
      "two images of one file",
      {},
      ["a/people.jpg", "b/people.jpg"],
      /expected one file per image, got .*deep\/people\.jpg for a\/people\.jpg and b\/people\.jpg\.$/,
    ],
    [
      "no file",
      {},
      ["x.jpg"],
      /expected the annotated images, got none of 1, such as x\.jpg\. Its first is deep\/people\.jpg\.$/,
    ],
  ])("%s", async (_, files, names, message) => {
    const images = names.map((file_name, id) => ({ id, file_name }));
    const { args } = await folderOf(files, { ...ANNOTATIONS, images, annotations: [] });
    const { code, stderr } = await runCli([...MODEL, ...args]);
    expect(code).toBe(EXIT.usage);
    expect(stderr.replace(/^centernet: /, "").trimEnd()).toMatch(message);
  });

  test("the path decides among files of one name", async () => {
    const images = [{ id: 1, file_name: "deep/people.jpg" }];
    const { args } = await folderOf({ "images/other/people.jpg": "x" }, { ...ANNOTATIONS, images });
    expect((await runCli([...MODEL, ...args])).code).toBe(0);
  });

  test("a file at the path of one image is not taken for another that is missing", async () => {
    const images = ["deep/people.jpg", "gone/people.jpg"].map((file_name, id) => ({ id, file_name }));
    const { args } = await folderOf({}, { ...ANNOTATIONS, images });
    const { code, stdout } = await runCli([...MODEL, ...args]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^note: 1 image of 2 missing, such as gone\/people\.jpg: not evaluated$/m);
  });
});

test.each([
  [[], /command eval: expected results, or a model to run, got neither\. Give --results <file>/],
  [
    ["movenet-multipose"],
    /option --image-dir <folder>: expected the folder of the annotated images, got nothing\./,
  ],
  [
    ["movenet-multipose", "--results", "r.json"],
    /option --results: expected results or a model to run, not both/,
  ],
  [["--results", "r.json", "--flip"], /option --flip: expected a model to run, got results\./],
  [
    ["--results", "r.json", "--image-dir", "."],
    /option --image-dir: expected to be used with a model to run, --draw or --report, got none/,
  ],
  [
    ["centerface", "--image-dir", "IMAGES"],
    /model centerface: expected a model with a class of .*a\.json \(person\), got one that finds face\./,
  ],
  [
    ["movenet-multipose", "--image-dir", "IMAGES", "--flip"],
    /option --flip: expected a model that supports it/,
  ],
  [
    ["movenet-multi", "--image-dir", "IMAGES"],
    /model: expected a model's name, got "movenet-multi"\. Did you mean movenet-multipose\?/,
  ],
  [
    ["movenet-multipose", "--image-dir", "IMAGES/rocket.jpg"],
    /--image-dir .*: expected a folder of images, got a file\./,
  ],
  [
    ["movenet-multipose", "--image-dir", "IMAGES/none"],
    /--image-dir .*: expected a folder of images, got no such file/,
  ],
  [
    ["movenet-multipose", "--image-dir", "IMAGES", "--save-results", "IMAGES/rocket.jpg"],
    /option --save-results .*: expected a path that nothing else uses, got that of image .*rocket\.jpg/,
  ],
  [
    ["movenet-multipose", "--image-dir", "IMAGES", "--save-results", "-"],
    /--save-results: expected a file, got standard output\./,
  ],
  [
    ["movenet-multipose", "--image-dir", "IMAGES", "--score", "0.3"],
    /option --score: .* Every box counts, whatever its score/,
  ],
])("eval %j is refused", async (flags, message) => {
  const { folder, args } = await folderOf();
  const given = flags.map((flag) => flag.replace("IMAGES", join(folder, "images")));
  const { code, stderr } = await runCli(["eval", ...given, ...args.slice(0, 2)]);
  expect(stderr.trimEnd()).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect([EXIT.usage, EXIT.model]).toContain(code);
});

test("an interruption keeps what was found", async () => {
  const { folder, args } = await folderOf();
  const stop = new AbortController();
  const kept = join(folder, "kept.jsonl");
  const watch = setInterval(async () => {
    const draft = (await readdir(folder)).find((name) => name.includes(".unfinished-"));
    const text = draft && (await readFile(join(folder, draft), "utf8").catch(() => ""));
    if (text) stop.abort(new Interruption("interrupted", EXIT.interrupted));
  }, 1);
  const { code, stderr } = await runCli([...MODEL, ...args, "--save-results", kept], { signal: stop.signal });
  clearInterval(watch);
  expect(code).toBe(EXIT.interrupted);
  expect(stderr).toMatch(
    /^centernet: interrupted after [12] of 2 images; their results are kept in .*kept\.jsonl\n$/,
  );
  expect(await readFile(kept, "utf8")).toMatch(/^{"image":"val\/people\.jpg"/);
});
