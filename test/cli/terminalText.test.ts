import { expect, test } from "vitest";
import { DetectionTable } from "../../src/cli/report/detectionTable.ts";
import { displayWidth, shortenStart, wrap } from "../../src/cli/terminal/displayWidth.ts";
import { formatCounted, formatSeconds, formatTime } from "../../src/cli/terminal/formatNumber.ts";
import { formatTable } from "../../src/cli/terminal/table.ts";
import type { Detection } from "../../src/detection.ts";
import type { DetectionRecord } from "../../src/detectionRecord.ts";
import { systemMessage } from "../../src/errors.ts";

test("text is as wide as a terminal draws it", () => {
  expect(["abc", "naïve", "nai\u0308ve", "日本語", "한국", "👩‍👩‍👧", ""].map(displayWidth)).toEqual([
    3, 5, 5, 6, 4, 2, 0,
  ]);
});

test("a long path loses its beginning, between letters", () => {
  expect(shortenStart("photos/people.jpg", 17)).toBe("photos/people.jpg");
  expect(shortenStart("photos/people.jpg", 11)).toBe("…people.jpg");
  expect(shortenStart("写真/日本語.jpg", 10)).toBe("…本語.jpg");
});

test("numbers read the same in every language", () => {
  expect([0, 12.4, 999.4, 1345, 12_345, 99_960, 200_000, 3_900_000].map(formatTime)).toEqual([
    "0 ms",
    "12 ms",
    "999 ms",
    "1.34 s",
    "12.3 s",
    "1 min 40 s",
    "3 min 20 s",
    "1 h 5 min",
  ]);
  expect([0, 7.6, 100].map(formatSeconds)).toEqual(["0 s", "8 s", "1 min 40 s"]);
  expect([formatCounted(1, "image"), formatCounted(1234, "image")]).toEqual(["1 image", "1,234 images"]);
});

test("a system's error is told without its code and path", () => {
  expect(systemMessage(new Error("EACCES: permission denied, open '/x, y'"))).toBe("permission denied");
  expect(systemMessage(new Error("File size (3 GiB) is too large"))).toBe("File size (3 GiB) is too large");
});

test("columns are as wide as their widest cell", () => {
  const columns = [
    { heading: "name", align: "left" },
    { heading: "n", align: "right" },
  ] as const;
  const rows = [
    ["日本", "1"],
    ["x", "100"],
  ];
  expect(formatTable(columns, rows)).toEqual(["name    n", "日本    1", "x     100"]);
});

test("words are wrapped", () => {
  expect(wrap("one two three-is-long four", 9)).toEqual(["one two", "three-is-long", "four"]);
});

const person: Detection = {
  label: "person",
  classId: 1,
  score: 0.456,
  box: { xmin: -0.3, ymin: 12.5, xmax: 1234.4, ymax: 600 },
  keypoints: [0.2, 0.19, 0.9].map((score) => ({ name: "nose", x: 1, y: 2, score })),
};
const found: DetectionRecord = {
  image: "people.jpg",
  detections: [person, { ...person, label: "baseball glove", keypoints: undefined }],
  times: { load: 5000, decode: 100, preprocess: 10, network: 1200, postprocess: 30 },
};

test("a table has a row a detection, and says plainly where there is none", () => {
  const table = new DetectionTable(["people.jpg", "a.png", "broken\n.png"]);
  const rows = [
    table.heading(),
    ...table.rows({ ...found, image: "a.png", detections: [] }),
    ...table.rows({ image: "broken\n.png", error: { name: "ImageError", message: "" } }),
    ...table.rows(found),
  ];
  expect(`\n${rows.join("\n")}\n`).toBe(`
image         label   score  xmin  ymin  xmax  ymax  keypoints    time
a.png         nothing found                                     1.34 s
broken\\n.png  failed
people.jpg    person           0.46     0    13  1234   600     2 of 3  1.34 s
              baseball glove   0.46     0    13  1234   600
`);
});

test("on a terminal a table is no wider than it", () => {
  const name = `${"folder/".repeat(20)}people.jpg`;
  const table = new DetectionTable([name], 80);
  const rows = [table.heading(), ...table.rows({ ...found, image: name, detections: [person] })];
  expect(rows.map(displayWidth)).toEqual([80, 80]);
  expect(rows[1]).toMatch(/^…der\/folder\/people\.jpg {2}person /);
});
