import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { load } from "../../../src/detect.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { chain, chainInputs, chainWeights } from "../../support/chain.ts";

const MODEL = "movenet-multipose";
const ROOT = new URL("../../../", import.meta.url).pathname;

/** Of this process and its threads, in MB. */
function resident(): number {
  return process.memoryUsage().rss / 1e6;
}

describe.each([1, 2])("on wasm with %d thread(s)", (threads) => {
  test("400 runs in a row of the default model leave memory as it was, and results too", async () => {
    const detector = await load(MODEL, { backend: "wasm", threads });
    const { height, width } = detector.network.inputSize;
    const data = new Float32Array(height * width * 3).map((_, i) => (i * 31) % 255);
    const inputs = { image: { shape: [1, height, width, 3] as const, data } };
    const first = await detector.network.run(inputs);
    for (let run = 0; run < 100; run++) await detector.network.run(inputs);
    const before = resident();
    for (let run = 0; run < 400; run++) await detector.network.run(inputs);
    expect(resident() - before).toBeLessThan(30);
    expect(await detector.network.run(inputs)).toEqual(first);
    await detector.dispose();
  });

  test("20 rounds of loading and disposing give their memory back", async () => {
    // 128 MB a plan, all of them touched: one that stayed would show.
    const graph = chain(1024, 16, 3);
    const [weights, inputs] = [chainWeights(graph), chainInputs(graph)];
    const round = async () => {
      const executor = await wasmExecutor({ threads });
      await (await executor.prepare(graph, weights)).run(inputs);
      await executor.dispose();
    };
    for (let warm = 0; warm < 5; warm++) await round();
    const before = resident();
    for (let rounds = 0; rounds < 20; rounds++) await round();
    expect(resident() - before).toBeLessThan(300);
  });

  test("8 calls of detect() at the same time give each its own result", async () => {
    const detector = await load(MODEL, { backend: "wasm", threads });
    const names = ["people.jpg", "grace-hopper.jpg"];
    const files = await Promise.all(names.map((name) => readFile(`${ROOT}samples/${name}`)));
    const alone = [await detector.detect(files[0]), await detector.detect(files[1])];
    expect(alone[0].detections).not.toEqual(alone[1].detections);
    const together = await Promise.all(Array.from({ length: 8 }, (_, i) => detector.detect(files[i % 2])));
    together.forEach(({ detections }, i) => {
      expect(detections).toEqual(alone[i % 2].detections);
    });
    await detector.dispose();
  });
});

// The network's numbers are not on JavaScript's heap. The built command stands for the package.
test("a small heap is enough", async () => {
  const args = ["--max-old-space-size=48", "dist/node/cli.js", "detect", "samples/people.jpg"];
  const options = ["--no-draw", "--backend", "wasm", "--threads", "2"];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...options], { cwd: ROOT });
  expect(stdout).toContain("3 detections in 1 image");
});

test("a process ends by itself where a detector was not disposed of", async () => {
  const program = `
    import { readFileSync } from "node:fs";
    import { load } from "${ROOT}dist/node/index.js";
    const detector = await load("${MODEL}", { backend: "wasm", threads: 2 });
    const { detections } = await detector.detect(readFileSync("${ROOT}samples/people.jpg"));
    console.log(detections.length);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    timeout: 60_000,
  });
  expect(stdout).toBe("3\n");
});
