/** Taps on `wgsl` are read back in batches while the network runs. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor, Plan } from "../../../src/backend/executor.ts";
import { BackendError } from "../../../src/errors.ts";
import type { Gpu } from "../../../src/executors/wgsl/device/webgpu.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { GraphBuilder } from "../../../src/graph/graph.ts";
import { maxPool } from "../../../src/kernels/maxPool/op.ts";
import { caseData } from "../../../src/kernels/opCase.ts";
import { padAll } from "../../../src/kernels/window.ts";
import { shapeOf, type Tensor, tensor } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { destroyAtDispatch } from "../../support/faultyGpu.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const found = await dawn();
if (!found) console.log(`wgsl: ${NO_DAWN}`);

/** A map has 9 MB, so that there is one in each batch. */
const SHAPE = shapeOf(384, 384, 16);
const LAYERS = ["a", "b", "c", "d"].map((name) => `${name}.maxPool`);

function chain() {
  const builder = new GraphBuilder();
  let x = builder.input("x", SHAPE);
  for (const name of "abcd") {
    x = maxPool(x, builder.root.at(name), { kernel: 3, stride: 1, padding: padAll(1), outside: "ignored" });
  }
  builder.output("y", x);
  return builder.build();
}

const sum = ({ data }: Tensor) => data.reduce((total, value, i) => total + value * ((i % 7) + 1), 0);

describe.skipIf(!found && mayBeLeftOut)("taps on wgsl", () => {
  const inputs = { x: tensor(SHAPE, caseData(SHAPE, 1)) };
  let faulty: ReturnType<typeof destroyAtDispatch>;
  let executor: Executor;
  let plan: Plan;
  beforeAll(async () => {
    faulty = destroyAtDispatch(found as Gpu);
    executor = await wgslExecutor({ gpu: faulty.gpu });
    plan = await executor.prepare(chain(), new Map());
  });
  afterAll(() => executor?.dispose());

  test("that are passed on in batches equal those that are returned, and the outputs stay", async () => {
    const plain = sum((await plan.run(inputs)).outputs.y);
    const kept = await plan.run(inputs, { taps: [...LAYERS].reverse() });
    expect(Object.keys(kept.taps)).toEqual(LAYERS);
    const walked: [string, number][] = [];
    const onTap = async (name: string, value: Tensor) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      walked.push([name, sum(value)]);
      structuredClone(value.data.buffer, { transfer: [value.data.buffer as ArrayBuffer] });
    };
    const { taps, outputs } = await plan.run(inputs, { taps: LAYERS, onTap });
    expect(taps).toEqual({});
    expect(walked).toEqual(LAYERS.map((name) => [name, sum(kept.taps[name])]));
    expect(new Set(walked.map(([, value]) => value)).size).toBe(LAYERS.length);
    expect([sum(outputs.y), sum(kept.outputs.y), walked[3][1]]).toEqual([plain, plain, plain]);
  });

  test("end a run that throws or is aborted, and the next one is right", async () => {
    const plain = sum((await plan.run(inputs)).outputs.y);
    const fault = new RangeError("of the caller");
    const failing = () => Promise.reject(fault);
    await expect(plan.run(inputs, { taps: LAYERS, onTap: failing })).rejects.toBe(fault);
    const controller = new AbortController();
    const names: string[] = [];
    const onTap = (name: string) => {
      names.push(name);
      controller.abort();
    };
    const aborted = plan.run(inputs, { taps: LAYERS, onTap, signal: controller.signal });
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
    expect(sum((await plan.run(inputs)).outputs.y)).toBe(plain);
    expect(names).toEqual(LAYERS.slice(0, 1));
  });

  test("that were passed on are not computed once more on a new device: its loss is an error then", async () => {
    faulty.count = 0;
    const plain = sum((await plan.run(inputs)).outputs.y);
    const last = faulty.count - 1;
    const names: string[] = [];
    const onTap = (name: string) => void names.push(name);
    faulty.destroyAt(last);
    await expect(plan.run(inputs, { taps: LAYERS, onTap })).rejects.toBeInstanceOf(BackendError);
    expect(names).toEqual(LAYERS.slice(0, 3));
    faulty.destroyAt(last);
    const { taps } = await plan.run(inputs, { taps: LAYERS });
    expect(sum(taps["d.maxPool"])).toBe(plain);
  });
});
