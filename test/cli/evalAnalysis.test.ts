import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COCO_CASES } from "../evaluation/support/cocoCases.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const inputs = (name: string) => [
  ...["--annotations", join(COCO_CASES, name, "annotations.json")],
  ...["--results", join(COCO_CASES, name, "results.json")],
];

test("eval --errors and --confusion print tables, and --json has them whole", async () => {
  const path = join(await temporaryFolder(), "rows.json");
  const args = ["eval", ...inputs("tiny-boxes"), "--errors", "--confusion", "--at-score", "0.35"];
  const { code, stdout } = await runCli([...args, "--json", path]);
  expect(code).toBe(0);
  expect(stdout).toContain("errors at IoU 0.5, background below 0.1; AP there 0.752");
  expect(stdout).toMatch(/^duplicate +1 +0\.000$/m);
  expect(stdout).toMatch(/^class +1 +0\.248$/m);
  expect(stdout).toMatch(/^best F1 at IoU 0\.5: 0\.\d{3} with --score 0\.\d+ \(precision /m);
  expect(stdout).toMatch(/^true \\ found +class-1 +class-3 +missed$/m);
  expect(stdout).toMatch(/^background +2 +0$/m);
  const { errors, confusion, bestF1 } = JSON.parse(await readFile(path, "utf8"));
  expect(errors.averagePrecision).toBeCloseTo(0.7525, 4);
  expect(errors.kinds).toHaveLength(6);
  expect(errors.perClass[0]).toMatchObject({ id: 1, class: 1, duplicate: 1 });
  expect(errors.perClass[1]).toMatchObject({ id: 3, missed: 0 });
  expect(confusion).toMatchObject({ score: 0.35, names: ["class-1", "class-3"], categoryIds: [1, 3] });
  expect(confusion.counts).toHaveLength(3);
  expect(bestF1.all.score).toBeGreaterThan(0);
});

test("of many classes the worst confusions are printed; of keypoints errors by OKS", async () => {
  const many = await runCli(["eval", ...inputs("realistic-80"), "--confusion"]);
  expect(many.stdout).toMatch(/^most frequent confusions at IoU 0\.5, score 0\.2 or more$/m);
  expect(many.stdout).toMatch(/^class-\d+ +class-\d+ +\d+ +\d+\.\d %$/m);
  const people = await runCli(["eval", ...inputs("people"), "--errors"]);
  expect(people.stdout).toMatch(/^errors at OKS 0\.5, background below 0\.1; AP there 0\.444$/m);
});

test("--chart and --report write files, --draw new drawings; an image that is not there is a note", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "images/x/201.png": EMPTY_PICTURE });
  const annotations = JSON.parse(await readFile(join(COCO_CASES, "tiny-boxes", "annotations.json"), "utf8"));
  annotations.images.forEach((image: { file_name: string }, i: number) => {
    image.file_name = i === 0 ? "201.png" : `no-${i}.png`;
  });
  const path = join(folder, "annotations.json");
  await writeFile(path, JSON.stringify(annotations));
  const results = join(COCO_CASES, "tiny-boxes", "results.json");
  const at = (name: string) => join(folder, name);
  const args = [
    "eval",
    "--annotations",
    path,
    "--results",
    results,
    "--image-dir",
    at("images"),
    "--draw",
    at("worst"),
  ];
  const { code, stdout } = await runCli([
    ...args,
    "--chart",
    at("c.svg"),
    "--report",
    at("r.html"),
    "--draw-count",
    "2",
  ]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^note: no-\d\.png: not in the folder of images$/m);
  const drawings = await readdir(at("worst"));
  expect(drawings).not.toHaveLength(0);
  for (const name of drawings) expect(name).toMatch(/^(missed|wrong)-0[12]-201\.jpg$/);
  const page = await readFile(at("r.html"), "utf8");
  expect(page).toContain('src="data:image/jpeg;base64,');
  expect(page.match(/[0-9a-f]{64}/g)).toHaveLength(2);
  expect(await readFile(at("c.svg"), "utf8")).toMatch(/^<svg /);
  const again = await runCli(args);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(
    /(missed|wrong)-0\d-201\.jpg: expected no file of this name, got one that is there\./,
  );
});

test.each([
  [["--draw", "x"], /option --draw: expected --image-dir too/],
  [["--image-dir", "."], /option --image-dir: expected to be used with a model to run, --draw or --report/],
  [["--draw-count", "3"], /option --draw-count: expected to be used with --draw, or with --report/],
  [["--draw-count", "0"], /option --draw-count: expected a whole number from 1 to 1000, got "0"/],
  [["--at-iou", "0.3"], /option --at-iou: expected to be used with --errors, --confusion/],
  [["--errors", "--at-iou", "0"], /option --at-iou: expected a number above 0/],
  [["--errors", "--at-iou", "0.05"], /errors, background: expected a threshold from 0 to below 0\.05/],
  [["--chart", "c.png"], /option --chart: expected a name ending in \.svg/],
  [["--report", "r.txt"], /option --report: expected a name ending in \.html/],
])("eval %s is refused", async (flags, message) => {
  const { code, stderr } = await runCli(["eval", ...inputs("tiny-boxes"), ...flags]);
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
});
