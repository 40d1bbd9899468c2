/** What goes wrong for users of pycocotools, and what is done instead: told, repaired, or refused with the entry. */
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { annotationsOf, readAnnotations } from "../../src/evaluation/reading/annotations.ts";
import { readResults, resultsOf } from "../../src/evaluation/reading/results.ts";
import { COCO_LABELS } from "../../src/models/coco.ts";
import { cocoCase } from "./support/cocoCases.ts";
import { inParts, madeAnnotations, madeResults } from "./support/made.ts";

type File = ReturnType<typeof madeAnnotations>;

const bytes = (text: string) => new TextEncoder().encode(text);

function evaluated(results: unknown, change: (file: File) => void = () => {}) {
  const file = madeAnnotations();
  change(file);
  const truth = annotationsOf(file, { name: "a.json" });
  return evaluate(truth, resultsOf(results, truth, { name: "r.json" }));
}

const result = (change: object) => ({ image_id: 1, category_id: 3, bbox: [0, 0, 5, 5], score: 1, ...change });
const rowOf = ({ rows }: ReturnType<typeof evaluate>, name: string) =>
  rows.find((row) => row.name === name)?.value;

test("no results give zeros, as do results that are all left out", () => {
  const none = evaluated([]);
  expect(none.rows.map(({ value }) => value).every((value) => value === 0 || value === -1)).toBe(true);
  expect(rowOf(none, "AP")).toBe(0);
  expect(none.notes).toEqual(["no results: everything is missed"]);
  expect(evaluated([result({ category_id: 4 })]).notes).toEqual([
    "1 result of categories that the annotations do not have (4; theirs are 3, 8): left out",
    "no results are left: everything is missed",
  ]);
});

test("an annotation of id 0 counts", () => {
  const zero = evaluated(madeResults(), ({ annotations }) => {
    annotations[0].id = 0;
  });
  expect(zero.rows).toEqual(evaluated(madeResults()).rows);
});

test("without iscrowd and area these are 0 and width x height, and a field ignore has no effect", () => {
  const wanted = evaluated(madeResults(), ({ annotations }) => {
    annotations[1].area = 2000;
  });
  const outcome = evaluated(madeResults(), ({ annotations }) => {
    for (const annotation of annotations) {
      delete annotation.iscrowd;
      delete annotation.area;
    }
    annotations[0].ignore = 1;
  });
  expect(outcome.rows).toEqual(wanted.rows);
  expect(outcome.notes).toEqual([
    "2 annotations without iscrowd: taken as 0",
    "2 annotations without area: taken as width x height",
    "1 annotation with a field ignore, which has no effect, as in pycocotools",
  ]);
});

describe("ids of 80 classes in a row against COCO's are recognized", () => {
  const categories = [...COCO_LABELS].map(([id, name]) => ({ id, name }));
  test.each([
    [0, "0 to 79"],
    [1, "1 to 80"],
  ])("from %i", (first, range) => {
    const list = Array.from({ length: 80 }, (_, i) => result({ category_id: first + i }));
    const { notes } = evaluated(list, (file) => {
      file.categories = categories;
    });
    expect(notes).toContain(
      `category ids look like classes in a row (${range}), not COCO's ids (1 to 90 with gaps): map them`,
    );
  });

  test("but not COCO's own, nor others", () => {
    const coco = [...COCO_LABELS.keys()].map((category_id) => result({ category_id }));
    const withCategories = (file: File) => {
      file.categories = categories;
    };
    expect(evaluated(coco, withCategories).notes.join()).not.toMatch(/in a row/);
    expect(evaluated([...coco, result({ category_id: 91 })], withCategories).notes.join()).not.toMatch(
      /in a row/,
    );
  });
});

test("a class without truth is missing from the means, and its own are -1", () => {
  const { categories } = evaluated([...madeResults(), result({ category_id: 9 })], (file) => {
    file.categories.push({ id: 9, name: "bus" });
  });
  expect(categories.map(({ rows }) => rows[1].value)).toEqual(
    [1, 1, -1].map((value) => expect.closeTo(value, 9)),
  );
});

test("what is beyond the limit is told", async () => {
  const { annotations, results, type } = cocoCase("many-detections");
  const truth = await readAnnotations(annotations);
  const { notes } = evaluate(truth, await readResults(results, truth, { type }));
  expect(notes).toEqual([
    expect.stringMatching(
      /^[1-9]\d* results beyond the best 100 of an image and category: not counted \(max detections\)$/,
    ),
  ]);
});

test("results of a few images only are told", () => {
  const many = (file: File) => {
    for (let id = 3; id <= 10; id++) file.images.push({ ...file.images[0], id });
  };
  expect(evaluated(madeResults(), many).notes).toEqual([
    "results of only 2 of 10 images: the others count as without detections",
  ]);
});

test("negative sizes match nothing, and are told on either side", () => {
  const outcome = evaluated([result({ bbox: [30, 30, -20, -20] })], ({ annotations }) => {
    annotations[1].bbox = [50, 40, -50, -40];
  });
  expect(rowOf(outcome, "AP")).toBe(0);
  expect(outcome.notes).toEqual([
    "1 annotation with a negative width or height, which no detection can match",
    "1 result with a negative width or height, which no truth matches",
  ]);
});

const POSE = { keypoints: Array(51).fill(1), num_keypoints: 17 };
const withPose = (file: File) => Object.assign(file.annotations[0], POSE);

describe("an entry that cannot be evaluated is named", () => {
  test.each<[string, unknown, (file: File) => void, RegExp]>([
    [
      "keypoints of another number than the truth's",
      [result({ bbox: undefined, keypoints: Array(34).fill(1) })],
      withPose,
      /^r\.json: \[0\]: expected 51 numbers in keypoints, got 34\.$/,
    ],
    [
      "keypoints of changing number",
      [
        result({ bbox: undefined, keypoints: [1, 2, 3] }),
        result({ bbox: undefined, keypoints: [1, 2, 3, 4, 5, 6] }),
      ],
      () => {},
      /^r\.json: \[1\]: expected 3 numbers in keypoints, got 6\.$/,
    ],
    [
      "truth of changing number of keypoints",
      [],
      (file) => {
        withPose(file);
        Object.assign(file.annotations[1], { keypoints: [1, 2, 3] });
      },
      /^a\.json: annotations\[1\]: expected 51 numbers in keypoints, got 3 numbers\.$/,
    ],
    [
      "a box that is null",
      [result({ bbox: null })],
      () => {},
      /^r\.json: \[0\] bbox: expected a list of numbers, got null\.$/,
    ],
    [
      "an area of NaN",
      [],
      ({ annotations }) => {
        annotations[1].area = Number.NaN;
      },
      /^a\.json: annotations\[1\] area: expected a number, got text "NaN"\.$/,
    ],
    [
      "a fraction for an id",
      [result({ image_id: 1.5 })],
      () => {},
      /^r\.json: \[0\] image_id: expected an integer up to 2\^53 - 1, got 1\.5\.$/,
    ],
    [
      "an id beyond 2^53",
      [],
      ({ annotations }) => {
        annotations[0].id = 2 ** 53;
      },
      /^a\.json: annotations\[0\] id: expected an integer up to 2\^53 - 1, got 9007199254740992\.$/,
    ],
    [
      "ids of images of both kinds",
      [],
      ({ images }) => {
        Object.assign(images[1], { id: "x" });
      },
      /^a\.json: images\[1\]: expected image ids that are all numbers or all text, got 1 and "x"\.$/,
    ],
    [
      "an image id as text in one annotation",
      [],
      ({ annotations }) => {
        Object.assign(annotations[1], { image_id: "1" });
      },
      /^a\.json: annotations\[1\]: expected image ids that are all numbers or all text, got 1 and "1"\.$/,
    ],
    [
      "an annotation id twice",
      [],
      ({ annotations }) => {
        annotations[1].id = 10;
      },
      /^a\.json: expected each annotation id once, got 10 in annotations\[0\] and annotations\[1\]\./,
    ],
    [
      "none of the fields",
      [{ id: 3 }],
      () => {},
      /^r\.json: \[0\]: expected a result with image_id, category_id and score, got an object with none of them\.$/,
    ],
    [
      "unknown images",
      [result({ image_id: 7 }), result({ image_id: 9 })],
      () => {},
      /^r\.json: expected image ids of a\.json \(1, 2\), got 2 results of other images \(7, 9\)\./,
    ],
  ])("%s", (_, list, change, message) => {
    expect(() => evaluated(list, change)).toThrow(message);
  });

  test.each([
    [
      "a trailing comma",
      '[{"image_id":1,"category_id":3,"bbox":[0,0,1,1],"score":1},]',
      /^r: \[1\]: expected an object, got "\]"\.$/,
    ],
    [
      "a number for a list",
      "12",
      /^r: expected COCO results, a list or lines of objects, got lines of numbers/,
    ],
    ["a table", "image,class,score\n1,2,3\n", /got image\.$/],
    [
      "a compressed file",
      "\u001f\u008b\u0008\u0000",
      /^r: expected COCO results, a list or lines of objects, got a gzip file\. Unpack it first\.$/,
    ],
    ["an image", "\u0089PNG\r\n\u001a\n", /got a PNG image\.$/],
    ["an exponent without digits", '[{"score":1e}]', /^r: \[0\] score: expected digits in the exponent/],
    ["a hexadecimal number", '[{"score":0x1}]', /^r: \[0\]: expected ",", got x1\.$/],
  ])("%s, also in parts", async (_, text, message) => {
    const truth = annotationsOf(madeAnnotations());
    const latin = Uint8Array.from(text, (character) => character.charCodeAt(0));
    await expect(readResults(latin, truth, { name: "r" })).rejects.toThrow(message);
    const parts = (async function* () {
      for (const byte of latin) yield Uint8Array.of(byte);
    })();
    await expect(readResults(parts, truth, { name: "r" })).rejects.toThrow(message);
  });

  test("a last line that is torn, of results and of lines of detect", async () => {
    const truth = annotationsOf(madeAnnotations());
    const line = JSON.stringify({ image: "one.jpg", detections: [] });
    await expect(readResults(bytes(`${line}\n${line.slice(0, -3)}`), truth, { name: "r" })).rejects.toThrow(
      /^r: line 2: expected ",", got the end of the file\.|^r: line 2.*expected a whole value, got the end of the file/,
    );
    const found = JSON.stringify(result({}));
    await expect(
      readResults(inParts(`${found}\n${found.slice(0, -4)}`, 7), truth, { name: "r" }),
    ).rejects.toThrow(/^r: line 2 score: expected a whole value, got the end of the file\.|^r: line 2/);
  });

  test("annotations without annotations are those of a test set", async () => {
    const { annotations: _, ...rest } = madeAnnotations();
    expect(() => annotationsOf(rest, { name: "a.json" })).toThrow(
      /^a\.json: expected a list annotations, as a COCO annotations file has, got none\. COCO's test sets have none/,
    );
  });
});

test("areas with labels of their own have rows after pycocotools', and without all a note tells why those are -1", () => {
  const truth = annotationsOf(madeAnnotations());
  const outcome = evaluate(truth, resultsOf(madeResults(), truth), {
    areas: [
      { label: "tiny", min: 0, max: 500 },
      { label: "medium", min: 1024, max: 9216 },
    ],
  });
  // The one tiny truth, a car, is found exactly; the second car found is no match, and ranks below it.
  expect(outcome.ownAreaRows.map(({ name, value }) => [name, value])).toEqual([
    // pycocotools adds 2^-52 to the denominator.
    ["APtiny", 0.9999999999999998],
    ["ARtiny", 1],
  ]);
  expect(rowOf(outcome, "AP")).toBe(-1);
  expect(rowOf(outcome, "APmedium")).toBeGreaterThan(0.9);
  expect(outcome.notes).toEqual(["areas without all: the rows over all areas are -1, as in pycocotools"]);
});

test("truth of which nothing counts is told, and an area below 0", () => {
  const crowds = evaluated(madeResults(), ({ annotations }) => {
    for (const annotation of annotations) annotation.iscrowd = 1;
  });
  expect(crowds.rows.every(({ value }) => value === -1)).toBe(true);
  expect(crowds.notes).toEqual(["every annotation is a crowd: every row is -1"]);
  const none = evaluated(madeResults(), ({ annotations }) => annotations.splice(0));
  expect(none.notes).toEqual(["no annotations of these images and categories: every row is -1"]);
  const negative = evaluated(madeResults(), ({ annotations }) => {
    annotations[0].area = -1;
  });
  expect(negative.notes).toEqual(["1 annotation with a negative area, which lies in no range: ignored"]);
});

test("images of another size than annotated are told; a size that is no number is not compared", async () => {
  const line = (image: string, width: number) =>
    `${JSON.stringify({ image, width, height: 100, detections: [] })}\n`;
  const notesOf = async (change: (file: File) => void) => {
    const file = madeAnnotations();
    change(file);
    const truth = annotationsOf(file);
    const text = line("one.jpg", 100) + line("two.jpg", 200);
    const results = await readResults(inParts(text, 40), truth, { name: "r.jsonl", type: "boxes" });
    return evaluate(truth, results).notes;
  };
  const note =
    "1 image of another size than annotated (b/two.jpg: 200 x 100, annotated 100 x 100): boxes may lie elsewhere";
  expect(await notesOf(() => {})).toContain(note);
  const others = await notesOf(({ images }) => {
    Object.assign(images[1], { width: null, height: "100" });
  });
  expect(others.join()).not.toContain("another size");
});

test("images with results in several files are told, because a copy doubles its detections", async () => {
  const truth = annotationsOf(madeAnnotations());
  const part = (name: string, results: unknown) => ({ source: bytes(JSON.stringify(results)), name });
  const all = madeResults();
  const copied = await readResults([part("r.json", all), part("copy.json", all)], truth);
  expect(copied.notes).toEqual([
    "2 images with results in several files: all of them count; are the files parts of one set?",
  ]);
  const parts = await readResults([part("1.json", all.slice(0, 1)), part("2.json", all.slice(1))], truth);
  expect(parts.notes).toEqual([]);
});

test("COCO's ids where the annotations number the classes in a row are recognized", () => {
  const file = {
    images: [{ id: 1, file_name: "1.jpg" }],
    categories: Array.from({ length: 80 }, (_, id) => ({ id, name: `class-${id}` })),
    annotations: [{ id: 1, image_id: 1, category_id: 0, bbox: [0, 0, 5, 5], area: 25, iscrowd: 0 }],
  };
  const truth = annotationsOf(file);
  const { notes } = resultsOf([result({ category_id: 1 }), result({ category_id: 90 })], truth);
  expect(notes.at(-1)).toBe(
    "category ids look like COCO's (1 to 90 with gaps), not classes in a row (0 to 79): map them",
  );
});

test("sigmas are refused for boxes, and truth without keypoints is named by its place in the file", () => {
  const truth = annotationsOf(madeAnnotations());
  expect(() => evaluate(truth, resultsOf(madeResults(), truth), { sigmas: [0.1] })).toThrow(
    "option sigmas: expected keypoints, got boxes, which have none.",
  );
  const points = [1, 1, 2];
  const file = madeAnnotations();
  file.annotations[0].keypoints = points;
  file.annotations.unshift({ ...file.annotations[0], id: 9, image_id: 77 });
  const pointed = annotationsOf(file, { name: "a.json" });
  const found = resultsOf([result({ image_id: 2, category_id: 8, keypoints: points })], pointed);
  expect(() => evaluate(pointed, found, { sigmas: [0.1] })).toThrow(
    "a.json: annotations[2]: expected keypoints, got none.",
  );
});

test("any number of unknown category ids is a note", () => {
  const truth = annotationsOf({
    images: [{ id: 1, file_name: "1.jpg" }],
    categories: Array.from({ length: 80 }, (_, id) => ({ id, name: `class-${id}` })),
    annotations: [{ id: 1, image_id: 1, category_id: 0, bbox: [0, 0, 5, 5], area: 25, iscrowd: 0 }],
  });
  const results = Array.from({ length: 200_000 }, (_, i) => result({ category_id: 1000 + i }));
  expect(resultsOf(results, truth).notes).toEqual([
    "200000 results of categories that the annotations do not have (1000, 1001, 1002, 1003, 1004, …; theirs are 0, 1, 2, 3, 4, …): left out",
  ]);
});
