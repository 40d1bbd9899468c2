import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { annotationsOf, readAnnotations } from "../../src/evaluation/reading/annotations.ts";
import { readResults, resultsOf } from "../../src/evaluation/reading/results.ts";
import { fuzz } from "../support/fuzz.ts";
import { inParts, madeAnnotations, madeResults } from "./support/made.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const truthOf = (change: (file: ReturnType<typeof madeAnnotations>) => void) => {
  const file = madeAnnotations();
  change(file);
  return annotationsOf(file, { name: "a.json" });
};
const foundOf = (list: unknown) =>
  resultsOf(list, annotationsOf(madeAnnotations(), { name: "a.json" }), { name: "r.json" });
const changed = (index: number, change: object) =>
  madeResults().map((entry, i) => (i === index ? { ...entry, ...change } : entry));
const without = (name: string) => {
  const [first, ...rest] = madeResults();
  return [Object.fromEntries(Object.entries(first).filter(([key]) => key !== name)), ...rest];
};

describe("results that cannot be evaluated are refused with the entry at fault", () => {
  test.each([
    ["no score", without("score"), "r.json: [0]: expected a score, got none."],
    ["no image", without("image_id"), "r.json: [0]: expected an image_id, got none."],
    ["neither box nor keypoints", without("bbox"), "r.json: [0]: expected a bbox or keypoints, got neither."],
    [
      "a box of three",
      changed(1, { bbox: [1, 2, 3] }),
      "r.json: [1]: expected a bbox [x, y, width, height], got 3 numbers.",
    ],
    [
      "an oriented box",
      changed(1, { bbox: [1, 2, 3, 4, 5] }),
      "r.json: [1]: expected a bbox [x, y, width, height], got 5 numbers. Oriented boxes are not evaluated.",
    ],
    [
      "text for a number",
      changed(2, { score: "0.5" }),
      'r.json: [2] score: expected a number, got text "0.5".',
    ],
    ["NaN", changed(2, { score: Number.NaN }), 'r.json: [2] score: expected a number, got text "NaN".'],
    [
      "a category as text",
      changed(1, { category_id: "8" }),
      'r.json: [1] category_id: expected an integer, got text "8".',
    ],
    [
      "keypoints of odd length",
      [{ image_id: 1, category_id: 3, keypoints: [1, 2], score: 1 }],
      "r.json: [0]: expected three numbers per keypoint, got 2.",
    ],
    [
      "a segmentation",
      [{ image_id: 1, category_id: 3, segmentation: { counts: "x" }, score: 1 }],
      "r.json: [0]: expected a bbox or keypoints, got a segmentation. Segmentation is not evaluated.",
    ],
    [
      "an image id as text",
      changed(1, { image_id: "2" }),
      "r.json: expected image ids of a.json (1, 2), got 1 result of other images (\"2\"). Are these the annotations of the images that were detected? One file's are text, the other's are not.",
    ],
    ["an entry that is a list", [[1, 2]], "r.json: [0]: expected an object, got a list."],
  ])("%s", (_, list, message) => {
    expect(() => foundOf(list)).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
  });

  test.each([
    [
      "NaN as Python writes it",
      '[{"image_id":1,"category_id":3,"bbox":[0,0,1,NaN],"score":1}]',
      /\[0\] bbox: expected a number, got NaN\. JSON has no such number\.$/,
    ],
    [
      "Infinity",
      '[{"image_id":1,"category_id":3,"bbox":[0,0,1,1],"score":-Infinity}]',
      /\[0\] score: expected a number, got -Infinity\./,
    ],
    [
      "a number beyond float64",
      '[{"image_id":1,"category_id":3,"bbox":[0,0,1,1],"score":1e999}]',
      /\[0\] score: expected a number within float64/,
    ],
    [
      "a file that is cut off",
      '[{"image_id":1,"category_id":3,"bb',
      /\[0\]: expected a whole value, got the end of the file\./,
    ],
    [
      "a list that is cut off",
      '[{"image_id":1,"category_id":3,"bbox":[0,0,1,1],"score":1}',
      /expected ",", got the end of the file\.$/,
    ],
    [
      "a torn last line",
      '{"image_id":1,"category_id":3,"bbox":[0,0,1,1],"score":1}\n{"image_id":1,"cat',
      /line 2: expected a whole value, got the end of the file\./,
    ],
    ["a key twice", '[{"image_id":1,"image_id":2}]', /\[0\]: expected image_id once, got it twice\.$/],
    ["text after the list", "[] []", /expected nothing after the JSON/],
    ["YOLO's text", "0 0.5 0.5 0.1 0.1\n", /got lines of numbers\. Annotations in YOLO's text are not read/],
    ["an empty file", "", /expected JSON, got an empty file\.$/],
    [
      "an annotations file",
      JSON.stringify(madeAnnotations()),
      /expected COCO results, got an annotations file\.$/,
    ],
  ])("%s", async (_, text, message) => {
    const truth = annotationsOf(madeAnnotations());
    await expect(readResults(bytes(text), truth, { name: "r.json" })).rejects.toThrow(message);
  });
});

describe("annotations that cannot be evaluated are refused", () => {
  test.each([
    [
      "an id twice",
      (file: ReturnType<typeof madeAnnotations>) => {
        file.annotations[1].id = 10;
      },
      /a\.json: expected each annotation id once, got 10 in annotations\[0\] and annotations\[1\]\./,
    ],
    [
      "no box",
      (file: ReturnType<typeof madeAnnotations>) => {
        delete file.annotations[1].bbox;
      },
      /a\.json: annotations\[1\]: expected a bbox \[x, y, width, height\], got none\./,
    ],
    [
      "an id as text",
      (file: ReturnType<typeof madeAnnotations>) => {
        file.annotations[1].image_id = "2";
        file.annotations[1].id = "x";
      },
      /annotations\[1\] id: expected an integer, got text "x"\./,
    ],
    [
      "LVIS",
      (file: ReturnType<typeof madeAnnotations>) => {
        Object.assign(file.images[0], { neg_category_ids: [] });
      },
      /images\[0\]: expected COCO annotations, got those of LVIS\./,
    ],
    [
      "no categories",
      (file: ReturnType<typeof madeAnnotations>) => {
        Reflect.deleteProperty(file, "categories");
      },
      /a\.json: expected a list categories, as a COCO annotations file has, got none\./,
    ],
    [
      "two ids of images",
      (file: ReturnType<typeof madeAnnotations>) => {
        file.images[1].id = 1;
      },
      /images\[1\]: expected a new image id, got 1 again\./,
    ],
  ])("%s", (_, change, message) => {
    expect(() => truthOf(change)).toThrow(message);
  });

  test("VOC's XML and a list, by name", async () => {
    await expect(readAnnotations(bytes("<annotation/>"))).rejects.toThrow(
      /got XML\. Annotations in VOC's XML are not read/,
    );
    await expect(readAnnotations(bytes("[]"))).rejects.toThrow(/got a list, as results files have\./);
  });
});

test("what is missing is repaired and told, in one line each", () => {
  const { notes, truth } = truthOf((file) => {
    for (const annotation of file.annotations) {
      delete annotation.iscrowd;
      delete annotation.area;
    }
    file.annotations.push({ ...file.annotations[0], id: 12, image_id: 99, ignore: 1 });
  });
  expect([...truth.areas.subarray(0, truth.count)]).toEqual([400, 2000]);
  expect(notes).toEqual([
    "3 annotations without iscrowd: taken as 0",
    "3 annotations without area: taken as width x height",
    "1 annotation with a field ignore, which has no effect, as in pycocotools",
    "1 annotation of images that the file does not list: left out",
  ]);
});

test("results of unknown categories are counted, and a shift of ids is recognized", () => {
  const categories = Array.from({ length: 80 }, (_, i) => ({ id: i < 79 ? i + 11 : 90, name: `c${i}` }));
  const truth = annotationsOf({ ...madeAnnotations(), categories, annotations: [] });
  const { notes, found } = resultsOf(changed(0, { category_id: 0 }), truth);
  expect(found.count).toBe(0);
  expect(notes).toEqual([
    "3 results of categories that the annotations do not have (0, 3, 8; theirs are 11, 12, 13, 14, 15, …): left out",
    "category ids look like classes in a row (0 to 79), not COCO's ids (1 to 90 with gaps): map them",
  ]);
});

test("annotations without images or categories are told as such", () => {
  const file = madeAnnotations();
  expect(() => resultsOf(madeResults(), annotationsOf({ ...file, images: [] }))).toThrow(
    /expected image ids of annotations \(none\), got 3 results of other images \(1, 2\)\./,
  );
  const { notes } = resultsOf(madeResults(), annotationsOf({ ...file, categories: [] }));
  expect(notes[0]).toBe(
    "3 results of categories that the annotations do not have (3, 8; theirs are none): left out",
  );
});

test("an empty list gives zeros", () => {
  const truth = annotationsOf(madeAnnotations());
  const { rows, notes } = evaluate(truth, resultsOf([], truth));
  expect(rows[0].value).toBe(0);
  expect(notes).toEqual(["no results: everything is missed"]);
});

test("files in parts of any length give the same, in any order of members", async () => {
  const { images, categories, annotations } = madeAnnotations();
  const text = JSON.stringify(
    { info: { '\u00e4"]}': [1, { a: null }] }, annotations, images, licenses: [[]], categories },
    null,
    1,
  );
  const list = JSON.stringify(madeResults(), null, 2);
  const lines = madeResults()
    .map((entry) => JSON.stringify(entry))
    .join("\n");
  const whole = annotationsOf(madeAnnotations());
  const wanted = evaluate(whole, resultsOf(madeResults(), whole));
  for (const size of [1, 2, 3, 7, 64]) {
    const truth = await readAnnotations(inParts(text, size));
    for (const results of [list, lines]) {
      const { precision, scores, notes } = evaluate(truth, await readResults(inParts(results, size), truth));
      expect({ precision, scores, notes }).toEqual({
        precision: wanted.precision,
        scores: wanted.scores,
        notes: [],
      });
    }
  }
});

test("numbers are read as JSON.parse reads them", async () => {
  const texts = [
    "0",
    "-0",
    "0.1",
    "123456789012345",
    "0.30000000000000004",
    "1e-7",
    "9007199254740993",
    "2.2250738585072011e-308",
    "5e-324",
    "-12.5E+2",
    "0.000001234567890123456789",
  ];
  const list = `[${texts.map((text) => `{"image_id":1,"category_id":3,"bbox":[${text},0,1,1],"score":${text}}`).join(",")}]`;
  const { found } = await readResults(bytes(list), annotationsOf(madeAnnotations()));
  expect([...found.scores.subarray(0, texts.length)]).toEqual(texts.map((text) => JSON.parse(text)));
});

test("areas that overflow match as in pycocotools, whose IoU is then no number", () => {
  const bbox = [1e308, 0, 1e308, 10];
  const file = madeAnnotations();
  const [first, ...rest] = file.annotations;
  const truth = annotationsOf({ ...file, annotations: [{ ...first, bbox }, ...rest] });
  const found = resultsOf([{ image_id: 1, category_id: 3, bbox, score: 0.9 }], truth);
  const { recall, matches } = evaluate(truth, found);
  // pycocotools 2.0.11: recall 1 at every threshold.
  expect(recall[0]).toBe(1);
  expect([...matches(0, 0, 0).truthOf]).not.toContain(-1);
});

test("more entries than memory are refused before they fill it", () => {
  const truth = annotationsOf(madeAnnotations());
  const many = Array.from({ length: 1100 }, () => madeResults()[0]);
  expect(() => resultsOf(many, truth, { maxBytes: 50_000 })).toThrow(
    /^results: expected entries that fit into 0 MB of free memory, got more than 1024\./,
  );
});

describe("mutants are read or refused with one typed line", () => {
  test("of annotations", async () => {
    const { annotations, ...rest } = madeAnnotations();
    const pose = { ...annotations[0], keypoints: [1, 2, 2, 3, 4, 0], num_keypoints: 1 };
    const seeds = [madeAnnotations(), { ...rest, annotations: [pose] }].map((file) =>
      bytes(JSON.stringify(file)),
    );
    const { accepted, refused } = await fuzz({
      seeds,
      seed: 1801,
      runs: 600,
      run: (file) => readAnnotations(file),
    });
    expect(accepted).toBeGreaterThan(4);
    expect(refused).toBeGreaterThan(200);
  });

  test("of results and lines", async () => {
    const { annotations, ...rest } = madeAnnotations();
    const keypoints = { keypoints: [1, 2, 2, 3, 4, 0], num_keypoints: 1 };
    const truth = annotationsOf({
      ...rest,
      annotations: annotations.map((entry) => ({ ...entry, ...keypoints })),
    });
    const line = {
      image: "one.jpg",
      detections: [{ label: "car", classId: 3, score: 0.5, box: { xmin: 1, ymin: 2, xmax: 3, ymax: 4 } }],
    };
    const pose = { image_id: 1, category_id: 3, keypoints: [1, 2, 1, 3, 4, 1], score: 0.5 };
    const texts = [JSON.stringify(madeResults()), `${JSON.stringify(line)}\n`, JSON.stringify([pose, pose])];
    const seeds = texts.map(bytes);
    const run = async (file: Uint8Array) => {
      const results = await readResults(file, truth);
      return evaluate(truth, results, results.type === "keypoints" ? { sigmas: [0.1, 0.1] } : {});
    };
    const { accepted, refused } = await fuzz({ seeds, seed: 1802, runs: 600, run });
    expect(accepted).toBeGreaterThan(3);
    expect(refused).toBeGreaterThan(200);
  });
});
