import { expect, test } from "vitest";
import { type Cost, CostEstimates } from "../src/cost.ts";
import { load } from "../src/detect.ts";
import type { Network } from "../src/network.ts";

/** A network of 2 multiply-adds and a byte per pixel, on a machine that makes a million of them per millisecond. */
function fakeNetwork(backend = "wasm") {
  const measured: string[] = [];
  const network = {
    backend,
    demandsAt: ({ width, height }: { width: number; height: number }) => ({
      multiplyAdds: 2 * width * height,
      bytes: backend === "wasm" ? width * height : undefined,
    }),
    measureSpeed: async () => {
      measured.push(backend);
      return 1e6;
    },
  };
  return { costs: new CostEstimates(network as unknown as Network), measured };
}

const view = (side: number, mirror?: object) => ({ size: { width: side, height: side }, mirror }) as never;

test("all views are counted, mirrored ones twice; memory is that of the largest", async () => {
  const { costs } = fakeNetwork();
  expect(await costs.of([view(100), view(200, {})])).toEqual({ multiplyAdds: 180_000, memoryBytes: 40_000 });
});

test("a large network is measured once; afterwards its own runs tell", async () => {
  const { costs, measured } = fakeNetwork();
  const first = await costs.of([view(100_000)]);
  expect(first.seconds).toBeCloseTo(20, 6);
  costs.learn(first, 40_000);
  expect((await costs.of([view(50_000)])).seconds).toBeCloseTo(10, 6);
  expect(measured).toEqual(["wasm"]);
});

test("slow backends are measured for smaller networks, and may not know their memory", async () => {
  const { costs, measured } = fakeNetwork("cpu");
  expect(await costs.of([view(20_000)])).toEqual({ multiplyAdds: 8e8, seconds: expect.closeTo(0.8, 6) });
  expect(measured).toEqual(["cpu"]);
});

test("a detector tells before it runs: its multiply-adds, the time of its last run, its memory", async () => {
  const detector = await load("movenet-lightning", { backend: "wasm", threads: 1 });
  const image = { width: 20, height: 20, data: new Uint8Array(1200) };
  const seen: Cost[] = [];
  for (let i = 0; i < 2; i++) await detector.detect(image, { onCost: (cost) => seen.push(cost) });
  await detector.dispose();
  expect(seen[0].multiplyAdds).toBeGreaterThan(2e8);
  expect(seen[0].seconds).toBeUndefined();
  expect(seen[0].memoryBytes).toBeGreaterThan(5e6);
  expect(seen[1].seconds).toBeGreaterThan(0);
});

test("a backend's speed is measured in a moment, and is a number of this world", async () => {
  const detector = await load("movenet-lightning", { backend: "wasm", threads: 1 });
  const speed = await detector.network.measureSpeed();
  await detector.dispose();
  // From 10 million to a trillion multiply-adds per second.
  expect(speed).toBeGreaterThan(1e4);
  expect(speed).toBeLessThan(1e9);
});
