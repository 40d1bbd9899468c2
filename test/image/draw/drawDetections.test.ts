import { describe, expect, test } from "vitest";
import type { Detection } from "../../../src/detection.ts";
import { drawDetections } from "../../../src/image/draw/drawDetections.ts";
import { colorOf } from "../../../src/image/draw/drawingSizes.ts";
import type { RgbImage } from "../../../src/image/rgbImage.ts";
import { largestDifference } from "../fixtures.ts";

const GREY = 90;
const grayImage = (width: number, height: number): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(GREY),
});
const pixel = ({ width, data }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const UNTOUCHED = [GREY, GREY, GREY];
const WHITE = [255, 255, 255];

const car: Detection = {
  label: "car",
  classId: 3,
  score: 0.9,
  box: { xmin: 100, ymin: 80, xmax: 300, ymax: 200 },
};
const person: Detection = {
  label: "person",
  classId: 1,
  score: 0.6,
  box: { xmin: 100, ymin: 80, xmax: 300, ymax: 280 },
  keypoints: [
    { name: "left_shoulder", x: 150.5, y: 150.5, score: 0.9 },
    { name: "right_shoulder", x: 250.5, y: 150.5, score: 0.9 },
    { name: "left_hip", x: 150.5, y: 250.5, score: 0.1 },
  ],
};

test("nothing found: the same pixels, but a copy", () => {
  const image = grayImage(40, 30);
  const drawn = drawDetections(image, []);
  expectSame(drawn, image);
  expect(drawn.data).not.toBe(image.data);
});

test("the image that is given stays as it is", () => {
  const image = grayImage(400, 300);
  drawDetections(image, [person, car]);
  expectSame(image, grayImage(400, 300));
});

describe("boxes", () => {
  const drawn = drawDetections(grayImage(400, 300), [car], { labels: false });

  test("lie on the box's edge in the class's color", () => {
    for (const [x, y] of [
      [100, 140],
      [299, 140],
      [200, 80],
      [200, 199],
    ]) {
      expectNear(pixel(drawn, x, y), colorOf(car.classId));
    }
  });

  test("leave the inside and the outside as they are", () => {
    for (const [x, y] of [
      [110, 90],
      [200, 140],
      [90, 140],
      [310, 140],
      [200, 210],
    ]) {
      expect(pixel(drawn, x, y)).toEqual(UNTOUCHED);
    }
  });

  test("that reach beyond the image are drawn along its border", () => {
    const box = { xmin: -500, ymin: -500, xmax: 9000, ymax: 9000 };
    const around = drawDetections(grayImage(400, 300), [{ ...car, box }], { labels: false });
    for (const [x, y] of [
      [1, 150],
      [398, 150],
      [200, 1],
      [200, 298],
    ]) {
      expect(pixel(around, x, y)).toEqual([...colorOf(car.classId)]);
    }
  });
});

describe("skeletons", () => {
  const drawn = drawDetections(grayImage(400, 300), [person], { labels: false });

  test("have a white-hearted dot on each keypoint and a line between", () => {
    expect(pixel(drawn, 150, 150)).toEqual(WHITE);
    expect(pixel(drawn, 250, 150)).toEqual(WHITE);
    expect(pixel(drawn, 200, 150)).toEqual([...colorOf(0)]);
  });

  test("leave out keypoints below the threshold and the lines to them", () => {
    expect(pixel(drawn, 150, 250)).toEqual(UNTOUCHED);
    expect(pixel(drawn, 150, 200)).toEqual(UNTOUCHED);
    const all = drawDetections(grayImage(400, 300), [person], { labels: false, keypointScore: 0.05 });
    expect(pixel(all, 150, 250)).toEqual(WHITE);
    expect(pixel(all, 150, 200)).toEqual([...colorOf(0)]);
  });

  test("have a color a person", () => {
    const keypoints = person.keypoints?.map((keypoint) => ({ ...keypoint, y: keypoint.y + 40 }));
    const two = drawDetections(grayImage(400, 300), [person, { ...person, score: 0.5, keypoints }], {
      labels: false,
    });
    expect(pixel(two, 200, 150)).toEqual([...colorOf(0)]);
    expect(pixel(two, 200, 190)).toEqual([...colorOf(1)]);
  });
});

test("the best detection lies on top, in whatever order they come", () => {
  const worse = { ...car, classId: 4, score: 0.3 };
  const one = drawDetections(grayImage(400, 300), [car, worse], { labels: false });
  const other = drawDetections(grayImage(400, 300), [worse, car], { labels: false });
  expectSame(one, other);
  expectNear(pixel(one, 200, 80), colorOf(car.classId));
});

describe("labels", () => {
  test("stand above the box on a plate of its color", () => {
    const drawn = drawDetections(grayImage(400, 300), [car]);
    const without = drawDetections(grayImage(400, 300), [car], { labels: false });
    const changed = changedRows(drawn, without);
    expect(changed.first).toBeGreaterThan(55);
    expect(changed.last).toBeLessThanOrEqual(80);
  });

  test("stay inside the image where the box touches its border", () => {
    for (const box of [
      { xmin: 0, ymin: 0, xmax: 100, ymax: 80 },
      { xmin: 340, ymin: 0, xmax: 400, ymax: 300 },
      { xmin: -150, ymin: 230, xmax: 60, ymax: 310 },
    ]) {
      expect(plateSize({ ...car, box })).toBeGreaterThan(0.9 * plateSize(car));
    }
  });

  test("too long for the image are shortened", () => {
    const drawn = drawDetections(grayImage(60, 60), [{ ...car, label: "a".repeat(500), box: person.box }]);
    expect(changedRows(drawn, grayImage(60, 60)).first).toBeGreaterThanOrEqual(0);
  });
});

test("sizes follow the image", () => {
  const box = { xmin: 0.25, ymin: 0.25, xmax: 0.75, ymax: 0.75 };
  const drawnPart = (side: number) => {
    const scaled = {
      xmin: box.xmin * side,
      ymin: box.ymin * side,
      xmax: box.xmax * side,
      ymax: box.ymax * side,
    };
    const drawn = drawDetections(grayImage(side, side), [{ ...person, keypoints: [], box: scaled }]);
    const untouched = drawn.data.filter((value) => value === GREY).length;
    return 1 - untouched / drawn.data.length;
  };
  // Not quite 1, for the soft edges are a pixel wide on both.
  expect(drawnPart(1200) / drawnPart(800)).toBeGreaterThan(0.8);
  expect(drawnPart(1200) / drawnPart(800)).toBeLessThan(1.1);
  // On a small image everything is larger than in proportion, to be legible.
  expect(drawnPart(200)).toBeGreaterThan(1.5 * drawnPart(800));
});

test("places that are no numbers, far outside or upside down do no harm", () => {
  const odd = [Number.NaN, Infinity, -Infinity, 1e300, -1e9, 1e5, 0, 50];
  const detections: Detection[] = odd.flatMap((a) =>
    odd.map((b) => ({
      label: "person",
      classId: 1,
      score: a,
      box: { xmin: a, ymin: b, xmax: b, ymax: a },
      keypoints: [
        { name: "nose", x: a, y: b, score: 1 },
        { name: "left_eye", x: b, y: a, score: 1 },
        { name: "right_eye", x: 10, y: 10, score: a },
      ],
    })),
  );
  const drawn = drawDetections(grayImage(80, 60), detections);
  expect(drawn.data.length).toBe(80 * 60 * 3);
  expect(drawDetections(grayImage(1, 1), detections).data.length).toBe(3);
});

/** A line of 1.5 pixels covers no pixel wholly. */
function expectNear(seen: number[], color: readonly number[]): void {
  for (const channel of [0, 1, 2]) expect(Math.abs(seen[channel] - color[channel])).toBeLessThan(60);
}

function expectSame(a: RgbImage, b: RgbImage): void {
  expect({ ...a, data: null }).toEqual({ ...b, data: null });
  expect(largestDifference(a.data, b.data)).toBe(0);
}

function changedRows(a: RgbImage, b: RgbImage): { first: number; last: number } {
  const rows = Array.from({ length: a.height }, (_, y) => y).filter((y) => {
    const start = y * a.width * 3;
    return a.data.subarray(start, start + a.width * 3).some((value, i) => value !== b.data[start + i]);
  });
  return { first: rows[0] ?? -1, last: rows[rows.length - 1] ?? -1 };
}

/** How many pixels a detection's label changes; a label that is cut off changes fewer. */
function plateSize(detection: Detection): number {
  const drawn = drawDetections(grayImage(400, 300), [detection]);
  const without = drawDetections(grayImage(400, 300), [detection], { labels: false });
  return drawn.data.filter((value, i) => value !== without.data[i]).length / 3;
}

describe("boxes with their triplet", () => {
  const corner = (x: number, y: number) => ({ x, y, score: 0.9 });
  /** Side by side, 40 x 40, the best on the left. */
  const kite = (i: number): Detection => {
    const xmin = 10.5 + i * 60;
    const box = { xmin, ymin: 20.5, xmax: xmin + 40, ymax: 60.5 };
    const triplet = {
      ...{ scale: 1, mirrored: false, embeddingDistance: 0, score: 0.9 },
      ...{
        topLeft: corner(xmin, 20.5),
        bottomRight: corner(xmin + 40, 60.5),
        center: corner(xmin + 20, 40.5),
      },
      centralRegion: { xmin: xmin + 14, ymin: 34, xmax: xmin + 26, ymax: 47 },
    };
    return { label: "kite", classId: 38, score: 0.9 - i / 100, box, triplet };
  };
  const drawn = (count: number) => {
    const kites = Array.from({ length: count }, (_, i) => kite(i));
    return drawDetections(grayImage(1500, 700), kites, { labels: false });
  };

  test("of one class have a color each, which their center has, too", () => {
    const image = drawn(2);
    for (const i of [0, 1]) {
      expectNear(pixel(image, 30 + i * 60, 20), colorOf(i));
      expectNear(pixel(image, 30 + i * 60, 40), colorOf(i));
    }
  });

  test("are drawn finer where there are many, and of the best twenty alone with what they are made of", () => {
    const [few, many] = [drawn(6), drawn(22)];
    const thickness = (image: RgbImage) =>
      Array.from({ length: 12 }, (_, i) => pixel(image, 30, 14 + i)).filter(([red]) => red !== GREY).length;
    expect(thickness(many)).toBeLessThan(thickness(few));
    for (const i of [0, 19]) {
      expectNear(pixel(many, 30 + i * 60, 40), colorOf(i));
      expectNear(pixel(many, 30 + i * 60, 20), colorOf(i));
    }
    for (const i of [20, 21]) {
      expect(pixel(many, 30 + i * 60, 40)).toEqual(UNTOUCHED);
      const faint = colorOf(i).map((value) => GREY + (value - GREY) * 0.45);
      expectNear(pixel(many, 30 + i * 60, 20), faint);
    }
  });
});
