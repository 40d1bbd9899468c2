/** The decode of faces on random heads: its trace, its limits, and the boxes' clamping. The numbers are golden cases'. */
import { expect, test } from "vitest";
import { CenterTrace } from "../../src/decode/centerTrace.ts";
import { decodeFaces } from "../../src/decode/faces/decodeFaces.ts";
import { bestFirst, type FaceMaps } from "../../src/decode/faces/faceRows.ts";
import { UsageError } from "../../src/errors.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";

const [HEIGHT, WIDTH] = [12, 16];

function map(channels: number, value: (i: number) => number): Tensor {
  const made = tensor(shapeOf(HEIGHT, WIDTH, channels));
  made.data.forEach((_, i) => {
    made.data[i] = value(i);
  });
  return made;
}

/** Fractions that look random and are the same in every run. */
const fraction = (i: number) => ((i * 7919 + 13) % 1009) / 1009;

const MAPS: FaceMaps = {
  centerHeatmap: map(1, fraction),
  boxSize: map(2, (i) => fraction(i + 5) * 2),
  boxOffset: map(2, (i) => fraction(i + 7) - 0.5),
  landmarks: map(10, (i) => fraction(i + 11)),
};
const SETTINGS = { threshold: 0.3, overlap: 0.3, maxRows: 10_000 };

test("a trace changes nothing and has each row, best first, with what dropped it", () => {
  const plain = decodeFaces(MAPS, SETTINGS);
  const trace = new CenterTrace();
  const traced = decodeFaces(MAPS, SETTINGS, trace);
  expect(traced).toEqual(plain);
  const { rows, kept } = plain;
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.length).toBeLessThan(rows.cells.length);
  expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
  const order = bestFirst(rows);
  expect(trace.centers.map(({ value }) => value)).toEqual(order.map((row) => rows.scores[row]));
  expect(trace.centers).toHaveLength(rows.cells.length);
  order.forEach((row, place) => {
    const { cell, size, offset, boxInCells } = trace.centers[place];
    const at = rows.cells[row];
    expect([cell.x, cell.y]).toEqual([at % WIDTH, Math.floor(at / WIDTH)]);
    // Height and y first.
    expect(size?.height).toBeCloseTo(Math.exp(MAPS.boxSize.data[at * 2]), 5);
    expect(size?.width).toBeCloseTo(Math.exp(MAPS.boxSize.data[at * 2 + 1]), 5);
    // From the cell's corner; the network's is from its middle.
    const [y, x] = MAPS.boxOffset.data.subarray(at * 2, at * 2 + 2);
    expect([offset?.y, offset?.x]).toEqual([y + 0.5, x + 0.5]);
    expect(boxInCells?.xmin).toBeCloseTo(rows.boxes[row * 4] / 4, 4);
    const dropped = trace.dropped.get(place);
    expect(dropped === undefined).toBe(kept.includes(row));
    const suppression = dropped?.suppression;
    if (!suppression) return;
    // By a better one, which is kept itself.
    expect(suppression.by).toBeLessThan(place);
    expect(kept.includes(order[suppression.by])).toBe(true);
    expect(suppression.overlap).toBeGreaterThanOrEqual(0.3);
  });
});

test("of too many rows the best are decoded, in the order of their cells", () => {
  const all = decodeFaces(MAPS, SETTINGS).rows;
  const { rows } = decodeFaces(MAPS, { ...SETTINGS, maxRows: 20 });
  const limit = [...all.scores].sort((a, b) => b - a)[19];
  expect([...rows.cells]).toEqual([...all.cells].filter((_, row) => all.scores[row] >= limit));
});

test("maps that do not fit together are refused", () => {
  const { boxSize: _, ...rest } = MAPS;
  const boxSize = tensor(shapeOf(HEIGHT, WIDTH, 3));
  expect(() => decodeFaces({ ...rest, boxSize }, SETTINGS)).toThrow(UsageError);
});
