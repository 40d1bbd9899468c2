/** Walking every value of a network with onTap takes no more memory than its largest maps. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { HOURGLASS, hourglass } from "../../../src/backbones/hourglass.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { GraphBuilder } from "../../../src/graph/graph.ts";
import { elementCount, shapeOf } from "../../../src/tensor.ts";
import { inputsFor, weightsFor } from "../../support/madeWeights.ts";

const SIDE = 128;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("an hourglass is walked within its plan and three of its largest maps", async () => {
  const builder = new GraphBuilder();
  const [features] = hourglass(
    builder.input("image", shapeOf(SIDE, SIDE, 3)),
    builder.root,
    HOURGLASS["hourglass-20"],
  );
  builder.output("features", features);
  const graph = builder.build();
  const inputs = inputsFor(graph);
  const executor = await wasmExecutor({ threads: 1 });
  const plan = await executor.prepare(graph, weightsFor(graph));
  await plan.run(inputs);
  const bytes = graph.nodes.map(({ shape }) => 4 * elementCount(shape));
  const largest = Math.max(...bytes);
  const taps = graph.nodes.map(({ name }) => name);
  const inUse = () => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const before = await settled(inUse);
  let peak = 0;
  let walked = 0;
  const onTap = () => {
    walked++;
    peak = Math.max(peak, inUse() - before);
  };
  await plan.run(inputs, { taps, onTap });
  expect(walked).toBe(taps.length);
  expect(peak).toBeLessThanOrEqual(3 * largest);
  // Kept values would show: they are many times more.
  const kept = await plan.run(inputs, { taps });
  expect(inUse() - before).toBeGreaterThan(6 * largest);
  expect(Object.keys(kept.taps)).toHaveLength(taps.length);
  await plan.dispose();
});

/** V8 frees the memory of collected buffers on another thread, which a busy machine delays. */
async function settled(inUse: () => number): Promise<number> {
  let bytes = inUse();
  for (let same = 0; same < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = inUse();
    same = now === bytes ? same + 1 : 0;
    bytes = now;
  }
  return bytes;
}
