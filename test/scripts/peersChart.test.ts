import { expect, test } from "vitest";

interface Chart {
  peersChart(points: readonly { network: string; peer: string; ratio: number }[], title: string): string;
}

const CHART = new URL("../../scripts/peersChart.mjs", import.meta.url).href;

test("a mark for each ratio, on the line of 1 if both are as fast, and in its network's row", async () => {
  const { peersChart } = (await import(CHART)) as Chart;
  const chart = peersChart(
    [
      { network: "first", peer: "LiteRT.js", ratio: 1 },
      { network: "second", peer: "LiteRT.js", ratio: 4 },
      { network: "second", peer: "XNNPACK", ratio: 0.3 },
    ],
    "Title",
  );
  const titled = [...chart.matchAll(/<path class="mark (\w+)" d="M([\d.]+),([\d.]+)[^>]*><title>(.+?): /g)];
  const marks = titled.map(([, kind, x, y, peer]) => ({ kind, x: Number(x), y: Number(y), peer }));
  expect(marks.map(({ peer, kind }) => [peer, kind])).toEqual([
    ["LiteRT.js", "wasm"],
    ["LiteRT.js", "wasm"],
    ["XNNPACK", "native"],
  ]);
  const [, even] = /class="even" d="M([\d.]+),/.exec(chart) ?? [];
  expect(marks[0].x).toBe(Number(even));
  expect(marks[1].x).toBeGreaterThan(marks[0].x);
  expect(marks[2].x).toBeLessThan(marks[0].x);
  expect(marks[1].y - marks[0].y).toBeCloseTo(44, 9);
  expect(marks[2].y).toBeGreaterThan(marks[1].y);
  // The legend names only the peers that are there.
  expect(chart).not.toContain("OpenVINO");
});
