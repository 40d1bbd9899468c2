import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { annotationsOf } from "../../src/evaluation/reading/annotations.ts";
import { readResults } from "../../src/evaluation/reading/results.ts";
import { madeAnnotations } from "./support/made.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("the lines of detect --json are results: images by path, classes by name", async () => {
  const truth = annotationsOf(madeAnnotations());
  const box = { xmin: 10, ymin: 10, xmax: 30, ymax: 30 };
  const lines = [
    {
      image: "photos/a/one.jpg",
      detections: [
        { label: "Car", classId: 2, score: 0.5, box },
        { label: "cat", classId: 17, score: 0.4, box },
      ],
      leftOut: { score: { count: 3 } },
    },
    { image: "two.jpg", error: { name: "ImageError", message: "broken" } },
  ];
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  const { found, notes, type } = await readResults(bytes(text), truth, { name: "r.jsonl" });
  expect([type, found.count, found.images[0], found.categories[0], ...found.boxes.subarray(0, 4)]).toEqual([
    "boxes",
    1,
    0,
    0,
    10,
    10,
    20,
    20,
  ]);
  expect(notes).toEqual([
    "1 line lacks detections below --score, which lowers recall: detect with --score 0",
    "1 image failed: evaluated as without detections",
    "1 detection given the annotations' category id by the class's name (Car 2 to 3)",
    "1 detection of classes that the annotations do not have (cat): left out",
  ]);
  await expect(readResults(bytes(text.replace("two", "ten")), truth)).rejects.toThrow(
    /line 2: expected a file_name of annotations, got ten\.jpg\./,
  );
});

describe("lines of detect --json that no detect writes are refused with the detection at fault", () => {
  const box = { xmin: 10, ymin: 10, xmax: 30, ymax: 30 };
  const car = { label: "car", classId: 3, score: 0.5, box };
  test.each([
    [[null], "an object detections[0], got null"],
    [[car, 5], "an object detections[1], got 5"],
    [[{ ...car, label: 5 }], "text label in detections[0], got 5"],
    [[{ ...car, keypoints: {} }], "a list keypoints in detections[0], got an object"],
    [[{ ...car, keypoints: "abc" }], 'a list keypoints in detections[0], got text "abc"'],
    [[{ label: "car", score: 0.5 }], "a box or keypoints in detections[0], got neither"],
    [[{ ...car, box: null }], "a box { xmin, ymin, xmax, ymax } in detections[0], got null"],
    [[{ ...car, box: [1, 2, 3, 4] }], "a box { xmin, ymin, xmax, ymax } in detections[0], got a list"],
    [[{ ...car, box: { ...box, ymin: "1" } }], 'a number ymin in detections[0], got text "1"'],
    [[{ ...car, box: { ...box, xmin: -1e308, xmax: 1e308 } }], "sides within float64 in detections[0]"],
    [[{ ...car, score: undefined }], "a number score in detections[0], got none"],
    [{}, "a list detections, got an object"],
    [null, "a list detections, got null"],
  ])("%j", async (detections, expected) => {
    const text = `{"image":"one.jpg","detections":[]}\n${JSON.stringify({ image: "two.jpg", detections })}`;
    const reading = readResults(bytes(text), annotationsOf(madeAnnotations()), {
      name: "r.jsonl",
      type: "boxes",
    });
    await expect(reading).rejects.toThrow(`r.jsonl: line 2: expected ${expected}`);
    await expect(reading).rejects.toBeInstanceOf(UsageError);
  });

  test("keypoints that are no objects", async () => {
    const text = JSON.stringify({
      image: "two.jpg",
      detections: [{ ...car, box: undefined, keypoints: [null] }],
    });
    await expect(readResults(bytes(text), annotationsOf(madeAnnotations()))).rejects.toThrow(
      /line 1: expected keypoints \{ x, y \} in detections\[0\], got null\.$/,
    );
  });

  test("but an error of null is none, and derived of another kind says nothing", async () => {
    const text = JSON.stringify({ image: "two.jpg", error: null, detections: [{ ...car, derived: 5 }] });
    const { found, notes } = await readResults(bytes(text), annotationsOf(madeAnnotations()));
    expect([found.count, notes]).toEqual([1, []]);
  });
});

describe("a class name that several categories have", () => {
  const box = { xmin: 10, ymin: 10, xmax: 30, ymax: 30 };
  const read = (categories: { id: number; name: string }[], label: string, classId: number) => {
    const line = JSON.stringify({ image: "two.jpg", detections: [{ label, classId, score: 0.5, box }] });
    return readResults(bytes(line), annotationsOf({ ...madeAnnotations(), categories }));
  };
  const cars = [
    { id: 3, name: "car" },
    { id: 8, name: "Car" },
    { id: 9, name: "car" },
  ];

  test.each([
    ["is that of the class id", "car", 3, 0, []],
    ["is that of the class id, whatever the case", "CAR", 9, 2, []],
    [
      "else that of the same case",
      "Car",
      2,
      1,
      ["1 detection given the annotations' category id by the class's name (Car 2 to 8)"],
    ],
  ])("%s", async (_, label, classId, position, expected) => {
    const { found, notes } = await read(cars, label, classId);
    expect([found.categories[0], notes]).toEqual([position, expected]);
  });

  test("else is refused", async () => {
    await expect(read(cars, "car", 2)).rejects.toThrow(
      /line 1: expected a class name of one category, got car, that of categories 3, 8, 9\./,
    );
  });
});
