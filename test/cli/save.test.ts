import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { EXIT, Interruption } from "../../src/cli/failures.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { EMPTY_PICTURE, SAMPLES, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const people = await readFile(join(SAMPLES, "people.jpg"));
const ALL = ["--save", "csv,coco,yolo,json"];

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  out = join(folder, "out");
  await write(folder, { "in/12.jpg": people, "in/b/7.png": EMPTY_PICTURE, "in/text.jpg": "no image" });
});

const detect = (args: string[], ...rest: [Parameters<typeof runCli>[1]?]) =>
  runCli(["detect", join(folder, "in"), "--out", out, ...args], ...rest);
const text = (name: string) => readFile(join(out, name), "utf8");
const json = async (name: string) => JSON.parse(await text(name));

describe("--save", () => {
  test("writes every format, of all images that could be read", async () => {
    const outcome = await detect([...ALL, "--no-draw", "--max", "2"]);
    expect(outcome.code).toBe(EXIT.images);
    expect((await readdir(out, { recursive: true })).sort()).toEqual([
      "classes.txt",
      "coco-boxes.json",
      "coco-images.json",
      "coco-keypoints.json",
      "detections.csv",
      "detections.json",
      "labels",
      "labels/12.txt",
      "labels/b",
      "labels/b/7.txt",
    ]);
    expect(outcome.stdout).toContain(`\nsaved: ${out}/detections.csv, ${out}/coco-boxes.json, `);
    expect(outcome.stderr).toMatch(/\ncenternet: --max 2 left out 1 detection, at best person 0\.33\n/);
    expect(outcome.stderr).toMatch(
      /the default score left out \d+ detections.*; an evaluation needs --score 0\n/,
    );

    const rows = (await text("detections.csv")).trimEnd().split("\n");
    expect(rows.map((row) => row.split(",").slice(0, 6).join())).toEqual([
      "image,width,height,label,class_id,score",
      `${folder}/in/12.jpg,1080,600,person,1,${rows[1].split(",")[5]}`,
      `${folder}/in/12.jpg,1080,600,person,1,${rows[2].split(",")[5]}`,
    ]);
    expect(new Set(rows.map((row) => row.split(",").length))).toEqual(new Set([10 + 3 * 17]));

    const [boxes, poses] = [await json("coco-boxes.json"), await json("coco-keypoints.json")];
    expect(boxes).toHaveLength(2);
    expect(boxes[0]).toMatchObject({ image_id: 1, category_id: 1, bbox: [expect.closeTo(0.67), {}, {}, {}] });
    expect(poses[0].keypoints).toHaveLength(51);
    // Not all names are numbers, so the images' positions are their ids.
    expect(await json("coco-images.json")).toMatchObject({
      info: { model: "movenet-multipose", image_ids: expect.stringMatching(/positions/) },
      categories: [{ id: 1, name: "person", keypoints: { length: 17 } }],
      images: [
        { id: 1, file_name: "12.jpg", width: 1080, height: 600 },
        { id: 2, file_name: "b/7.png", width: 24, height: 16 },
      ],
      annotations: [],
    });

    expect(await text("classes.txt")).toBe("person\n");
    expect(await text("labels/b/7.txt")).toBe("");
    const labels = (await text("labels/12.txt")).trimEnd().split("\n");
    expect(labels).toHaveLength(2);
    expect(labels[0]).toMatch(/^0( \d\.\d{6}){4}( \d\.\d{6} \d\.\d{6} 2| 0 0 0){17}$/);

    const records = await json("detections.json");
    expect(records.map(({ image }: { image: string }) => image)).toEqual(
      ["12.jpg", "b/7.png", "text.jpg"].map((name) => join(folder, "in", name)),
    );
    expect(records[1].nothingFound).toMatch(/^movenet-multipose finds only people; .*only 16 pixels high$/);
    expect(records[2].error.name).toBe("ImageError");
  });

  test("an interruption keeps what is done, as whole files", async () => {
    const stop = new AbortController();
    const onStdout = (printed: string) => {
      if (printed.includes("12.jpg")) stop.abort(new Interruption("interrupted", EXIT.interrupted));
    };
    const outcome = await detect([...ALL, "--no-draw"], { onStdout, signal: stop.signal });
    expect(outcome.code).toBe(EXIT.interrupted);
    expect(await json("coco-boxes.json")).toHaveLength(3);
    expect((await json("coco-images.json")).images).toHaveLength(1);
    expect(await json("detections.json")).toHaveLength(1);
    expect((await text("detections.csv")).split("\n")).toHaveLength(5);
    expect((await readdir(out)).filter((name) => name.includes("unfinished"))).toEqual([]);
  });

  test("results are not written over an image, nor into a file that cannot be written", async () => {
    await write(folder, { "in/labels/12.txt": "older" });
    const inside = await runCli([
      "detect",
      join(folder, "in/12.jpg"),
      join(folder, "in/labels/12.txt"),
      "--out",
      join(folder, "in"),
      "--save",
      "yolo",
      "--no-draw",
    ]);
    expect(inside).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(inside.stderr).toMatch(
      /labels\/12\.txt of --save yolo: expected a path that nothing else uses, got that of image/,
    );
    await mkdir(join(out, "coco-images.json"), { recursive: true });
    const folderThere = await detect(["--save", "csv,coco", "--no-draw"]);
    expect(folderThere).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(folderThere.stderr).toMatch(
      /coco-images\.json: expected a file that can be written, got a folder/,
    );
    expect(await readdir(out)).toEqual(["coco-images.json"]);
  });

  test("numbers that are the images' names are their ids", async () => {
    const outcome = await runCli([
      "detect",
      join(folder, "in/12.jpg"),
      join(folder, "in/b"),
      "--out",
      out,
      "--save",
      "coco",
      "--no-draw",
      "--quiet",
    ]);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    const { info, images } = await json("coco-images.json");
    expect(images.map(({ id }: { id: number }) => id)).toEqual([12, 7]);
    expect(info.image_ids).toMatch(/numbers in the images' names/);
  });

  test("a model without boxes has no boxes to evaluate", async () => {
    await detect(["--model", "movenet-lightning", "--save", "coco", "--no-draw"]);
    expect((await readdir(out)).sort()).toEqual(["coco-images.json", "coco-keypoints.json"]);
  });
});

describe("--annotations", () => {
  const annotated = async (content: unknown, ...args: string[]) => {
    const path = join(folder, "annotations.json");
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return detect(["--save", "coco", "--no-draw", "--annotations", path, ...args]);
  };
  const images = [
    { id: 77, file_name: "12.jpg" },
    { id: "x9", file_name: "b/7.png" },
  ];

  test("give images and categories their ids; other images are left out and told", async () => {
    const { stderr } = await annotated({ images, categories: [{ id: 5, name: "Person" }] });
    expect(stderr).toMatch(
      /1 image not in .*annotations\.json, and so not in the results of --save coco: .*text\.jpg\n/,
    );
    const side = await json("coco-images.json");
    expect(side.images.map(({ id }: { id: unknown }) => id)).toEqual([77, "x9"]);
    expect(side.categories[0].id).toBe(5);
    const boxes = await json("coco-boxes.json");
    expect(boxes[0]).toMatchObject({ image_id: 77, category_id: 5 });
  });

  test.each<[string, unknown, RegExp]>([
    [
      "without any of the images",
      { images: [{ id: 1, file_name: "z.jpg" }] },
      /got none of 3 images, such as 12\.jpg\. Its first is z\.jpg\.$/,
    ],
    ["that are results", "[]", /expected a list images, .*, got an array, as results files have\.$/],
    ["without images", {}, /expected a list images, as a COCO annotations file has, got none/],
    [
      "with an image that has no id",
      { images: [{ file_name: "12.jpg" }] },
      /got neither or one in images\[0\]/,
    ],
    ["that are no JSON", "{", /expected JSON, got /],
    ["that are an image", "\x89PNG", /expected a COCO annotations file, got /],
  ])("%s are refused before anything runs", async (_, content, message) => {
    const outcome = await annotated(content);
    expect(outcome).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(outcome.stderr.trimEnd()).toMatch(message);
  });

  test("two images for one entry are refused", async () => {
    await write(folder, { "in/c/12.jpg": EMPTY_PICTURE });
    const outcome = await annotated({ images: [{ id: 1, file_name: "12.jpg" }] });
    expect(outcome.stderr).toMatch(
      /expected one image per entry, got .*in\/12\.jpg and .*in\/c\/12\.jpg for 12\.jpg/,
    );
  });
});

describe("--crops", () => {
  test("holds what the boxes cover, by label, best first", async () => {
    const crops = join(folder, "crops");
    const outcome = await detect(["--crops", crops, "--no-draw", "--save", "csv"]);
    expect((await readdir(crops, { recursive: true })).sort()).toEqual([
      "person",
      "person/12-1.jpg",
      "person/12-2.jpg",
      "person/12-3.jpg",
    ]);
    const crop = decodeImage(await readFile(join(crops, "person/12-1.jpg")), "crop");
    expect([crop.width, crop.height]).toEqual([354, 584]);
    expect(outcome.stdout).toContain(`\n3 crops: ${crops}/\n`);
  });

  test("earlier crops are no input, and a folder of images is no folder for crops", async () => {
    const crops = join(folder, "in/crops");
    await write(folder, { "in/crops/person/old.png": EMPTY_PICTURE });
    const { stdout } = await detect(["--crops", crops, "--no-draw", "--save", "csv"]);
    expect(stdout).not.toContain("old.png");
    const refused = await detect(["--crops", join(folder, "in")]);
    expect(refused).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(refused.stderr).toMatch(
      /option --crops .*: expected a folder that nothing else uses, got a folder that holds image/,
    );
  });
});
