import { expect, test } from "vitest";
import { parseTextProto } from "../src/checkpoints/pipelineConfig/textProto.ts";
import { formatTable } from "../src/cli/terminal/table.ts";
import type { Detection } from "../src/detection.ts";
import { ImageError, ModelError } from "../src/errors.ts";
import { drawDetections } from "../src/image/draw/drawDetections.ts";
import { decodeImage } from "../src/image/imageFile.ts";
import { formatReport } from "../src/verify/formatReport.ts";
import { IEND, idat, ihdr, pngChunk, pngFile } from "./image/pngFile.ts";
import { quick } from "./support/quick.ts";

/** Inputs made to be slow. Each took minutes or all stack where time was not linear; now none takes a second. */

const parse = (text: string) => parseTextProto(new TextEncoder().encode(text), "map.pbtxt").fields;
const name = (text: string) => ({ name: "name", value: { kind: "string", text }, line: 1, column: 1 });

test.each<[string, string, number]>([
  ["comments", "#\n".repeat(2_000_000), 0],
  ["a comment without an end", `#${"x".repeat(8_000_000)}`, 0],
  ["blank lines and comments by turns", " #\n\n".repeat(500_000), 0],
  ["fields on one line", `${"a: 1 ".repeat(99_999)}#${"x".repeat(8_000_000)}`, 99_999],
  ["parts of one string", `a: ${'"b" '.repeat(1_000_000)}`, 1],
])("label maps of many %s are read", (_, text, fields) => {
  expect(quick(() => parse(text))).toHaveLength(fields);
});

test("a string of many escapes is read", () => {
  const count = 2_000_000;
  const read = quick(() => parse(`name: "${"\\n\\303\\244".repeat(count)}"`));
  expect(read).toEqual([name("\nä".repeat(count))]);
});

test.each([
  ["a number of a million digits", `a: ${"1".repeat(1_000_000)}x`, /expected a value, got "1111/],
  ["a million open brackets", "a{".repeat(1_000_000), /at most 64 levels/],
  ["too many fields", "a: 1 ".repeat(100_001), /at most 100000 fields/],
])("%s is refused", (_, text, message) => {
  expect(() => quick(() => parse(text))).toThrow(ModelError);
  expect(() => parse(text)).toThrow(message);
});

test.each([0, 1, 2, 3, 4])("a PNG of a million rows of one pixel with filter %i is decoded", (filter) => {
  const height = 1_000_000;
  const rows = new Uint8Array(height * 2).map((_, i) => (i % 2 === 0 ? filter : 1));
  const file = pngFile(ihdr({ width: 1, height }), idat(rows), IEND);
  const { data } = quick(() => decodeImage(file, "tall.png"));
  // Up and Paeth add each row's 1 to the one above, the mean half of it.
  const last = [1, 1, height % 256, 1, height % 256][filter];
  expect(data[data.length - 1]).toBe(last);
  expect(data.length).toBe(height * 3);
});

test("a PNG of more chunks than any image has is refused", () => {
  const chunk = pngChunk("IDAT", new Uint8Array(0));
  const chunks = new Uint8Array(chunk.length * 1_000_001).map((_, i) => chunk[i % chunk.length]);
  const file = pngFile(ihdr({ width: 1, height: 1 }), chunks, IEND);
  expect(() => quick(() => decodeImage(file, "chunks.png"))).toThrow(ImageError);
  expect(() => decodeImage(file, "chunks.png")).toThrow(/expected at most 1000000 chunks, got more/);
});

test("a cell of a megabyte does not widen 20,000 rows", () => {
  const columns = [
    { heading: "shape", align: "left" },
    { heading: "name", align: "left" },
  ] as const;
  const rows = Array.from({ length: 20_000 }, (_, i) =>
    i === 7 ? ["1x".repeat(1e6), "写".repeat(1e6)] : ["1", "a"],
  );
  const lines = quick(() => formatTable(columns, rows));
  expect(lines.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1e7);
  expect(lines[8]).toMatch(/^(1x){100}… {2}(写){200}…$/);
});

test("a table may have more rows than a call has arguments", () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [String(i)]);
  expect(quick(() => formatTable([{ heading: "n", align: "right" }], rows))).toHaveLength(300_001);
});

test("labels of ten thousand letters are cut to what can be drawn", () => {
  const image = { width: 300, height: 200, data: new Uint8Array(300 * 200 * 3) };
  const labels = [
    "W".repeat(10_000),
    "i".repeat(10_000),
    `p${"\u0301\u0323".repeat(500_000)}`,
    "\n".repeat(10_000),
  ];
  const detections = Array.from({ length: 100 }, (_, i): Detection => {
    const at = i * 2;
    return {
      label: labels[i % labels.length],
      classId: 1,
      score: 0.9,
      box: { xmin: at, ymin: at / 2, xmax: at + 50, ymax: at / 2 + 50 },
    };
  });
  const drawn = quick(() => drawDetections(image, detections));
  expect(drawn.data.some((value) => value > 0)).toBe(true);
});

test("a tap's name of a megabyte does not widen a report", () => {
  const tap = { role: "tap", shape: [1], pass: false, unfused: false, problem: "none" } as const;
  const taps = Array.from({ length: 20_000 }, (_, i) => ({ ...tap, name: i === 7 ? "x".repeat(1e6) : "y" }));
  const report = { name: "case", model: "m", source: "s", taps, pass: false };
  expect(quick(() => formatReport(report)).length).toBeLessThan(1e7);
});
