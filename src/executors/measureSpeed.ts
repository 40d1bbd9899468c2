import type { Executor } from "../backend/executor.ts";
import { padAll } from "../kernels/window.ts";
import { shapeOf } from "../tensor.ts";
import { caseGraph, type NamedCase } from "./selfTest.ts";

/** A run of at least this time is measured well enough. */
const ENOUGH_MILLISECONDS = 15;
/** Channels of the convolutions that are tried, from 5 million multiply-adds to 1.2 billion. */
const CHANNELS = [24, 96, 384];
const SIDE = 32;

/**
 * Multiply-adds per millisecond of a backend, by running a 3x3 convolution, the layer that most of these networks'
 * time goes into. It takes 0.1 s on `wasm`; slow backends get a small one only.
 */
export async function measureSpeed(executor: Executor): Promise<number> {
  let speed = 1;
  for (const channels of CHANNELS) {
    const milliseconds = await timeOf(executor, channels);
    speed = (SIDE * SIDE * channels * channels * 9) / milliseconds;
    if (milliseconds > ENOUGH_MILLISECONDS) break;
  }
  return speed;
}

async function timeOf(executor: Executor, channels: number): Promise<number> {
  const attributes = { kernel: 3, stride: 1, padding: padAll(1), channels };
  const convolution: NamedCase = {
    op: "conv2d",
    opCase: { title: "speed", inputs: [shapeOf(SIDE, SIDE, channels)], attributes },
  };
  const { graph, inputs, weights } = caseGraph([convolution]);
  const plan = await executor.prepare(graph, weights);
  try {
    // The first run also compiles.
    await plan.run(inputs);
    const start = performance.now();
    await plan.run(inputs);
    return Math.max(0.01, performance.now() - start);
  } finally {
    await plan.dispose();
  }
}
