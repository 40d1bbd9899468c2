import { expect, test } from "vitest";
import type { Measured } from "../../bench/comparePeers.ts";
import type { EngineSpec } from "../../bench/engines/engine.ts";
import { networkNamed } from "../../bench/networks.ts";
import { rowsOf } from "../../bench/peers.ts";
import type { ScalingRow } from "../../bench/scaling.ts";
import { scalingChart } from "../../bench/scalingChart.ts";

const network = networkNamed("mobilenetv2-fpn", "--only");

function measured(spec: Pick<EngineSpec, "engine" | "threads" | "build">, ms: number): Measured {
  const files = { folder: "f", weights: "w", image: "p" };
  const memory = { resident: 1e8, peak: 2e8 };
  const times = { network: ms, total: ms + 10 };
  return {
    title: spec.engine,
    spec: { ...spec, network, files },
    times,
    loadMs: 5,
    memory,
    difference: 1e-5,
  };
}

test("each build is compared with each peer, and with itself on one thread", () => {
  const rows = rowsOf({
    measured: [
      measured({ engine: "centernet", threads: 2, build: "plain" }, 100),
      measured({ engine: "centernet", threads: 2, build: "relaxed" }, 80),
      measured({ engine: "centernet", threads: 1, build: "plain" }, 190),
      measured({ engine: "centernet", threads: 1, build: "relaxed" }, 152),
      measured({ engine: "onnxruntime-web", threads: 2 }, 200),
    ],
    unable: [],
  });
  expect(rows.map(({ build, peer, ratio }) => [build, peer, ratio])).toEqual([
    ["plain", "onnxruntime-web", 2],
    ["plain", "centernet, 1 thread", 1.9],
    ["relaxed", "onnxruntime-web", 2.5],
    ["relaxed", "centernet, 1 thread", 1.9],
  ]);
  expect(rows[0]).toMatchObject({
    model: "mobilenetv2-fpn",
    size: 512,
    threads: 2,
    ms: 100,
    totalMs: 110,
    peerMs: 200,
    peerTotalMs: 210,
    peakMemoryMB: 200,
    peerMemoryMB: 100,
  });
});

test("without peers there is still a row", () => {
  const rows = rowsOf({
    measured: [measured({ engine: "centernet", threads: 1, build: "plain" }, 100)],
    unable: [],
  });
  expect(rows).toHaveLength(1);
  expect(rows[0].peer).toBeUndefined();
});

test("a peer that cannot run the network has the reason in place of numbers", () => {
  const { memory: _, ...inPage } = measured({ engine: "centernet", threads: 1, build: "relaxed" }, 100);
  const unable = [{ title: "LiteRT.js", reason: "TFLite has no deformConv2d" }];
  const [row, ...others] = rowsOf({ measured: [inPage], unable, browser: "Chromium 156" });
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    peer: "LiteRT.js",
    unable: unable[0].reason,
    browser: "Chromium 156",
    ms: 100,
  });
  expect(row).not.toHaveProperty("peerMs");
  expect(row).not.toHaveProperty("peakMemoryMB");
});

test("the chart has a line a number of threads, and one of the multiply-adds", () => {
  const rows = [256, 512, 1024].flatMap((size): ScalingRow[] =>
    [1, 2].map((threads) => {
      const ms = (size / 256) ** 2 * (100 / threads);
      const common = { model: "x", build: "plain" as const, multiplyAdds: size ** 2, peakMemoryMB: size };
      return { ...common, size, threads, ms };
    }),
  );
  const chart = scalingChart(rows, "X");
  expect(chart.match(/<path d="M[^"]*L[^"]*" fill="none"/g)).toHaveLength(5);
  // In proportion to the area, the times of one thread lie on the line of the multiply-adds.
  const [band, oneThread] = [...chart.matchAll(/<path d="(M[^"]*L[^"]*)" fill="none"/g)].map(
    ([, path]) => path,
  );
  expect(oneThread).toBe(band);
});
