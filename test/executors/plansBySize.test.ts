import { describe, expect, test } from "vitest";
import type { Executor, Plan } from "../../src/backend/executor.ts";
import { MemoryError } from "../../src/errors.ts";
import { PlansBySize } from "../../src/executors/plansBySize.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { relu } from "../../src/kernels/elementwise/op.ts";
import { shapeOf } from "../../src/tensor.ts";

/** Its two maps take 8 · height · width · channels bytes. */
function graphAt({ height, width }: { height: number; width: number }, channels: number): Graph {
  const builder = new GraphBuilder();
  builder.output("y", relu(builder.input("x", shapeOf(height, width, channels)), builder.root));
  return builder.build();
}

/** Records what becomes of its plans; `fail` may throw when one is prepared. */
class Recorder {
  readonly log: string[] = [];
  inUse = 0;
  fail = (_: string): void => {};

  readonly executor: Executor = {
    backend: "recorder",
    details: {},
    prepare: async (graph): Promise<Plan> => {
      const [, height, width] = graph.inputs.x;
      const name = `${width}x${height}`;
      this.fail(name);
      this.log.push(`+${name}`);
      this.inUse++;
      return {
        run: async () => ({ outputs: {}, taps: {} }),
        dispose: async () => {
          this.log.push(`-${name}`);
          this.inUse--;
        },
      };
    },
    releasePlans: async () => {
      expect(this.inUse).toBe(0);
      this.log.push("release");
    },
    dispose: async () => {},
  };

  plans(channels = 1): (width: number, height: number) => Promise<Plan> {
    const plans = new PlansBySize(this.executor, (size) => graphAt(size, channels));
    return (width, height) => plans.planFor({ width, height }, async () => new Map(), {});
  }
}

describe("the plans of a small network", () => {
  test("are kept for a graph and for the same graph with layers fused", async () => {
    const recorder = new Recorder();
    const plans = new PlansBySize(recorder.executor, (size) => graphAt(size, 1));
    const size = { width: 2, height: 3 };
    const run = (fused: boolean) => plans.planFor({ ...size, fused }, async () => new Map(), {});
    expect(plans.latestGraph(true)).toBeUndefined();
    const [fused, whole] = [await run(true), await run(false)];
    expect(fused).not.toBe(whole);
    expect([await run(true), await run(false)]).toEqual([fused, whole]);
    expect(plans.graphFor({ ...size, fused: true })).toBe(plans.latestGraph(true));
    expect(plans.latestGraph(true)).not.toBe(plans.latestGraph(false));
  });

  test("stay if the weights for another cannot be read", async () => {
    const recorder = new Recorder();
    const plans = new PlansBySize(recorder.executor, (size) => graphAt(size, 1));
    const first = await plans.planFor({ width: 1, height: 1 }, async () => new Map(), {});
    const unreadable = () => Promise.reject(new Error("gone"));
    await expect(plans.planFor({ width: 2, height: 1 }, unreadable, {})).rejects.toThrow("gone");
    expect(await plans.planFor({ width: 1, height: 1 }, unreadable, {})).toBe(first);
  });

  test("are kept for the sizes that were run last, and given up together", async () => {
    const recorder = new Recorder();
    const run = recorder.plans();
    const first = await run(1, 1);
    for (let width = 2; width <= 8; width++) await run(width, 1);
    expect(await run(1, 1)).toBe(first);
    expect(recorder.inUse).toBe(8);
    await run(9, 1);
    expect(recorder.inUse).toBe(1);
    expect(recorder.log.slice(-2)).toEqual(["release", "+9x1"]);
  });

  test("take at most 768 MiB together, counted twice", async () => {
    const recorder = new Recorder();
    const run = recorder.plans(32);
    for (let i = 0; i < 3; i++) for (const side of [800, 801]) await run(side, side);
    expect(recorder.log).toEqual(["+800x800", "+801x801"]);
    await run(920, 920);
    expect(recorder.log.slice(2)).toEqual(["-800x800", "-801x801", "release", "+920x920"]);
  });

  test("make room for one that would not fit beside them", async () => {
    const recorder = new Recorder();
    const run = recorder.plans();
    await run(1, 1);
    recorder.fail = () => {
      if (recorder.inUse > 0) throw new MemoryError({ where: "here", expected: "less", got: "more" });
    };
    await run(2, 2);
    expect(recorder.log).toEqual(["+1x1", "-1x1", "release", "+2x2"]);
  });

  test("are given up after any other failure, which is thrown", async () => {
    const recorder = new Recorder();
    const run = recorder.plans();
    await run(1, 1);
    recorder.fail = (name) => {
      if (name === "2x2") throw new Error("broken");
    };
    await expect(run(2, 2)).rejects.toThrow("broken");
    expect(recorder.inUse).toBe(0);
    await run(1, 1);
    expect(recorder.log).toEqual(["+1x1", "-1x1", "release", "+1x1"]);
  });
});

test("of a large network only one plan is kept", async () => {
  const recorder = new Recorder();
  const run = recorder.plans(256);
  for (const side of [1024, 1025, 1024]) await run(side, side);
  expect(recorder.log).toEqual([
    "+1024x1024",
    "-1024x1024",
    "release",
    "+1025x1025",
    "-1025x1025",
    "release",
    "+1024x1024",
  ]);
});
