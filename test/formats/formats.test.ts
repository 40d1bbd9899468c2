import { describe, expect, test } from "vitest";
import type { Detection } from "../../src/detection.ts";
import { cocoBoxes, cocoKeypoints } from "../../src/formats/coco.ts";
import { csvHeading, csvRows } from "../../src/formats/csv.ts";
import { yoloLines } from "../../src/formats/yolo.ts";

const NAMES = ["nose", "tail"];
const DOG: Detection = {
  label: 'hot "dog", small',
  classId: 58,
  score: 0.123456789,
  box: { xmin: 10, ymin: 20.00049, xmax: 30, ymax: 60 },
};
const PERSON: Detection = {
  label: "person",
  classId: 1,
  score: 0.9,
  box: { xmin: -10, ymin: 0, xmax: 50, ymax: 120 },
  keypoints: [
    { name: "nose", x: 25, y: 50, score: 0.8 },
    { name: "tail", x: 101, y: 50, score: 0.8 },
  ],
};
const IMAGE = { width: 100, height: 100, detections: [DOG, PERSON] };
const classOf = ({ classId }: Detection) => (classId === 1 ? 0 : 52);

describe("CSV", () => {
  test("quotes commas, quotes, line breaks and outer spaces, and nothing else", () => {
    const cell = (image: string) =>
      csvRows({ ...IMAGE, image, detections: [PERSON] })[0].split(",100,100")[0];
    expect(cell("plain name.jpg")).toBe("plain name.jpg");
    expect(cell('a,"b".jpg')).toBe('"a,""b"".jpg"');
    expect(cell("two\nlines.jpg")).toBe('"two\nlines.jpg"');
    expect(cell(" a.jpg")).toBe('" a.jpg"');
    expect(csvRows({ ...IMAGE, image: "a.jpg" })[0]).toBe(
      'a.jpg,100,100,"hot ""dog"", small",58,0.123457,10,20,30,60',
    );
  });

  test("has three columns per keypoint, which are empty for a detection without any", () => {
    expect(csvHeading(NAMES)).toBe(
      "image,width,height,label,class_id,score,xmin,ymin,xmax,ymax,nose_x,nose_y,nose_score,tail_x,tail_y,tail_score",
    );
    const rows = csvRows({ ...IMAGE, image: "a.jpg" }, NAMES);
    expect(rows[0]).toMatch(/,60,,,,,,$/);
    expect(rows[1]).toBe("a.jpg,100,100,person,1,0.9,-10,0,50,120,25,50,0.8,101,50,0.8");
  });
});

describe("COCO", () => {
  test("boxes are corner and size with all digits; a box derived from keypoints is none", () => {
    expect(cocoBoxes(IMAGE.detections, { imageId: 7 })).toEqual([
      { image_id: 7, category_id: 58, bbox: [10, 20.00049, 20, 60 - 20.00049], score: 0.123456789 },
      { image_id: 7, category_id: 1, bbox: [-10, 0, 60, 120], score: 0.9 },
    ]);
    expect(cocoBoxes([{ ...PERSON, derived: ["score", "box"] }], { imageId: 7 })).toEqual([]);
  });

  test("keypoints are triples; categories may be another file's", () => {
    const ids = { imageId: "x", categoryOf: () => 5 };
    expect(cocoKeypoints(IMAGE.detections, ids)).toEqual([
      { image_id: "x", category_id: 5, keypoints: [25, 50, 0.8, 101, 50, 0.8], score: 0.9 },
    ]);
  });
});

describe("YOLO", () => {
  test("boxes are center and size as fractions, clipped to the image", () => {
    expect(yoloLines(IMAGE, { classOf })).toEqual([
      "52 0.200000 0.400002 0.200000 0.399995",
      "0 0.250000 0.500000 0.500000 1.000000",
    ]);
  });

  test("a box beside the image has no line", () => {
    const outside = { ...DOG, box: { xmin: 100, ymin: 0, xmax: 130, ymax: 10 } };
    expect(yoloLines({ ...IMAGE, detections: [outside] }, { classOf })).toEqual([]);
  });

  test("all lines have all keypoints; those outside, unlikely or absent are not seen", () => {
    expect(yoloLines(IMAGE, { classOf, keypointNames: NAMES })).toEqual([
      "52 0.200000 0.400002 0.200000 0.399995 0 0 0 0 0 0",
      "0 0.250000 0.500000 0.500000 1.000000 0.250000 0.500000 2 0 0 0",
    ]);
    const strict = { classOf, keypointNames: NAMES, keypointScore: 0.81 };
    expect(yoloLines(IMAGE, strict)[1]).toMatch(/1\.000000 0 0 0 0 0 0$/);
  });
});
