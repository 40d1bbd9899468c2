import { expect, test } from "vitest";
import { type DifferenceBar, differenceChart } from "../../src/visualization/differenceChart.ts";

const bar = (name: string, max: number, rest: Partial<DifferenceBar> = {}): DifferenceBar => ({
  ...{ name, max, rms: max / 10 },
  ...rest,
});
const chart = (bars: DifferenceBar[], tolerance?: number) =>
  differenceChart({ title: "made", tolerance, bars });
/** Heights of the bars of one kind, in order. */
const heights = (svg: string, kind: "max" | "rms") =>
  [
    ...svg.matchAll(
      new RegExp(`<rect class="${kind}" x="\\S+" y="\\S+" width="\\S+" height="([\\d.]+)" fill`, "g"),
    ),
  ].map((match) => Number(match[1]));

test("a decade has the same height everywhere, and the rms stands in its bar", () => {
  const svg = chart([bar("a", 1e-5), bar("b", 1e-4), bar("c", 1e-3)]);
  const [a, b, c] = heights(svg, "max");
  expect(b - a).toBeCloseTo(c - b, 1);
  expect(heights(svg, "rms")[1]).toBeCloseTo(a, 1);
});

test("text for those who do not see it: what is drawn, the largest, and the first beyond", () => {
  const svg = chart([bar("a", 1e-5), bar("b", 2e-3), bar("c", 1e-2, { tolerance: 1 })], 1e-3);
  expect(svg).toMatch(/^<svg [^>]*role="img"/);
  expect(svg).toContain("<title>made</title>");
  expect(svg).toContain(
    "<desc>3 layers from left to right in the network's order, on a logarithmic scale from 1e-7 to 1e1. " +
      "Largest difference: c: largest 0.01, rms 0.001, tolerance 1. 1 beyond tolerance, first b.</desc>",
  );
  expect(svg).toContain("<title>a: largest 0.00001, rms 0.000001, tolerance 0.001</title>");
  expect(svg.match(/class="beyond"/g)).toHaveLength(1);
});

test("differences of nothing, infinity and not a number", () => {
  const svg = chart([
    bar("equal", 0),
    bar("infinite", Number.POSITIVE_INFINITY),
    bar("none", Number.NaN),
    bar("x", 1e-5),
  ]);
  expect(svg).toContain("<title>equal: equal</title>");
  expect(heights(svg, "max").slice(0, 2)).toEqual([260, 260]);
  expect(heights(svg, "max")).toHaveLength(3);
  expect(svg.match(/class="beyond"/g)).toHaveLength(2);
  expect(svg).not.toMatch(/="[^"]*(NaN|Infinity)/);
});

test("the tolerance is a line with steps, and a gap where there is none", () => {
  const line = (svg: string) => /class="limit" d="([^"]+)" fill/.exec(svg)?.[1];
  const bars = [bar("a", 1), bar("b", 1), bar("c", 1, { tolerance: 10 }), bar("d", 1)];
  expect(line(chart(bars, 1))).toMatch(/^M64 [\d.]+H[\d.]+H[\d.]+V[\d.]+H[\d.]+V[\d.]+H[\d.]+$/);
  expect(line(chart(bars))).toMatch(/^M[\d.]+ [\d.]+H[\d.]+$/);
  expect(line(chart([bar("a", 1)]))).toBeUndefined();
});

test("600 layers: names do not overlap, and the first beyond has one", () => {
  const bars = Array.from({ length: 600 }, (_, i) => bar(`backbone.block${i}`, i === 301 ? 1 : 1e-5));
  const svg = chart(bars, 1e-3);
  const places = [...svg.matchAll(/translate\(([\d.]+) [\d.]+\) rotate/g)].map((match) => Number(match[1]));
  const gaps = places.slice(1).map((place, i) => place - places[i]);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(12);
  expect(svg).toMatch(/class="mark" transform[^>]*>backbone.block301</);
  expect(svg.length).toBeLessThan(400_000);
});

test("names come from files: nothing in them is markup", () => {
  const svg = chart([bar('<script>"&\u0000\u202e', 1e-5)]);
  expect(svg).toContain("&lt;script&gt;&quot;&amp;\\u0000\\u202e");
  expect(svg).not.toContain("<script");
  expect(chart([])).toContain("<desc>No layers.</desc>");
});
