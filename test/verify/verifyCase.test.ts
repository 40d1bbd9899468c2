import { beforeAll, describe, expect, test } from "vitest";
import { elementCount, shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import type { GoldenCase } from "../../src/verify/goldenCase.ts";
import {
  MOVENET_FLOAT64_TOLERANCE,
  type MoveNetSteps,
  movenetTapSource,
} from "../../src/verify/taps/movenet.ts";
import { type CaseReport, type CaseRunner, type TapReport, verifyCase } from "../../src/verify/verifyCase.ts";
import { decodeGolden, MOVENET_CASES, readCommittedCase } from "./goldenFiles.ts";

/** A run whose numbers are the golden ones, but for what `change` does to them. */
interface GoldenRun {
  values: Map<string, Tensor>;
  unfused: Set<string>;
  decoded: MoveNetSteps;
}

function goldenRunner(
  golden: GoldenCase,
  change: (run: GoldenRun) => void = () => {},
): CaseRunner<MoveNetSteps> {
  return {
    tapSource: movenetTapSource,
    async run(input, names) {
      expect(input.shape[3]).toBe(3);
      const values = new Map<string, Tensor>();
      for (const tap of golden.taps) {
        const source = movenetTapSource(tap.name);
        if (!source || !("value" in source)) continue;
        expect(names).toContain(source.value);
        const data = new Float32Array(elementCount(tap.shape));
        tap.values.forEach((value, i) => {
          data[tap.positions ? tap.positions[i] : i] = value;
        });
        const [, height, width, channels] = tap.shape;
        values.set(source.value, tensor(shapeOf(height, width, channels), data));
      }
      expect(names).toHaveLength(values.size);
      const run = { values, unfused: new Set<string>(), decoded: decodeGolden(golden) };
      change(run);
      return run;
    },
  };
}

function tapOf(report: CaseReport, name: string): TapReport {
  const tap = report.taps.find((candidate) => candidate.name === name);
  if (!tap) throw new Error(`the report has no tap ${name}`);
  return tap;
}

function graphValue(run: GoldenRun, name: string): Float32Array {
  const value = run.values.get(name);
  if (!value) throw new Error(`the run has no value ${name}`);
  return value.data;
}

test.each(MOVENET_CASES)("%s passes with its own numbers, in the case's order", async (name) => {
  const golden = await readCommittedCase(name);
  const report = await verifyCase(golden, goldenRunner(golden));
  expect(report.firstBeyond).toBeUndefined();
  expect(report.pass).toBe(true);
  expect(report.taps.map((tap) => tap.name)).toEqual(golden.taps.map((tap) => tap.name));
});

describe("numbers that are off", () => {
  let golden: GoldenCase;
  let std: number;
  beforeAll(async () => {
    golden = await readCommittedCase("tfjs/movenet-multipose/grace-hopper");
    std = golden.taps.find(({ name }) => name === "p4")?.std ?? Number.NaN;
  });
  const verify = (change: (run: GoldenRun) => void) => verifyCase(golden, goldenRunner(golden, change));

  test("one element beyond is named with its index, the expected and the given number", async () => {
    let before = 0;
    const report = await verify((run) => {
      const p4 = graphValue(run, "fpn.merge4.relu");
      before = p4[1234];
      p4[1234] += 0.006 * std;
      graphValue(run, "heads.center.out.bias")[7] += 1;
    });
    expect(report.pass).toBe(false);
    expect(report.firstBeyond?.name).toBe("p4");
    const { compared } = tapOf(report, "p4");
    expect(compared).toMatchObject({ measure: "spread", pass: false, tolerance: { spread: 0.005 } });
    expect(compared?.largest).toBeCloseTo(0.006, 5);
    expect(compared?.worst).toEqual({
      index: 1234,
      expected: before,
      got: Math.fround(before + 0.006 * std),
    });
    // Nothing stops there: later taps are reported too.
    expect(report.taps.filter(({ pass }) => !pass).map(({ name }) => name)).toEqual(["p4", "head.center"]);
  });

  test("one element within is not", async () => {
    const report = await verify((run) => {
      graphValue(run, "fpn.merge4.relu")[1234] += 0.004 * std;
    });
    expect(report.pass).toBe(true);
    expect(tapOf(report, "p4").compared?.ratio).toBeCloseTo(0.8, 3);
  });

  test("a stricter tolerance needs a reason, and the report repeats it", async () => {
    const shift = (run: GoldenRun) => {
      graphValue(run, "fpn.merge4.relu")[1234] += 0.002 * std;
    };
    const runner = goldenRunner(golden, shift);
    const report = await verifyCase(golden, runner, { tolerance: MOVENET_FLOAT64_TOLERANCE });
    expect(report.firstBeyond?.name).toBe("p4");
    expect(report.toleranceReason).toBe(MOVENET_FLOAT64_TOLERANCE.reason);
    expect((await verifyCase(golden, runner)).pass).toBe(true);
  });

  test("a small shift of all elements fails by its RMS", async () => {
    const report = await verify((run) => {
      const p4 = graphValue(run, "fpn.merge4.relu");
      p4.forEach((value, i) => {
        p4[i] = value + 6e-4 * std;
      });
    });
    expect(report.firstBeyond?.name).toBe("p4");
    expect(report.firstBeyond?.compared?.largest).toBeLessThan(0.005);
  });

  test("two swapped channels of a sampled tap", async () => {
    const report = await verify((run) => {
      const conv1 = graphValue(run, "backbone.stem.relu6");
      for (let i = 0; i < conv1.length; i += 48) [conv1[i], conv1[i + 1]] = [conv1[i + 1], conv1[i]];
    });
    expect(report.firstBeyond?.name).toBe("conv1");
  });

  test("NaN", async () => {
    const report = await verify((run) => {
      graphValue(run, "backbone.top.relu6").fill(Number.NaN);
    });
    expect(report.firstBeyond).toMatchObject({
      name: "c5",
      compared: { largest: Infinity, ratio: Infinity },
    });
  });

  test("an index that is off by one", async () => {
    const report = await verify((run) => {
      run.decoded.keypointCells[3]++;
    });
    expect(report.firstBeyond).toMatchObject({
      name: "decode.keypoint_index",
      compared: { worst: { index: 3 } },
    });
    expect(report.taps.filter(({ pass }) => !pass)).toHaveLength(1);
  });

  test("a decode value: the output's tolerance holds in the value's own unit", async () => {
    const shiftBox = (cells: number) => (run: GoldenRun) => {
      if (run.decoded.kind === "multi") run.decoded.candidates.boxes[1] += cells;
    };
    const within = await verify(shiftBox(0.9e-4 * 64));
    expect(tapOf(within, "decode.boxes")).toMatchObject({
      pass: true,
      compared: { tolerance: { absolute: 64e-4 } },
    });
    const beyond = await verify(shiftBox(1.1e-4 * 64));
    expect(tapOf(beyond, "decode.boxes").pass).toBe(false);
  });

  test("scores are bound by the output's tolerance itself", async () => {
    const report = await verify((run) => {
      if (run.decoded.kind === "multi") run.decoded.centers.scores[0] += 1.1e-4;
    });
    expect(report.firstBeyond?.name).toBe("decode.topk_score");
  });

  test("a value of another shape", async () => {
    const report = await verify((run) => {
      run.values.set("fpn.merge3.relu", tensor(shapeOf(32, 24, 32)));
    });
    const problem = "expected shape [1, 32, 32, 24], got [1, 32, 24, 32]";
    expect(report.firstBeyond).toMatchObject({ name: "p3", problem, pass: false });
  });

  test("a value that the model has not", async () => {
    const report = await verify((run) => {
      run.values.delete("backbone.block9.add");
    });
    expect(report.firstBeyond).toMatchObject({
      name: "c4",
      problem: "the model has no value backbone.block9.add",
    });
  });

  test("a value from the unfused graph is marked as such", async () => {
    const report = await verify((run) => {
      run.unfused.add("backbone.stem.relu6");
    });
    expect(report.taps.filter(({ unfused }) => unfused).map(({ name }) => name)).toEqual(["conv1"]);
    expect(report.pass).toBe(true);
  });

  test("the decode of another kind of model", async () => {
    const lightning = await readCommittedCase("tfjs/movenet-lightning/grace-hopper");
    const report = await verify((run) => {
      run.decoded = decodeGolden(lightning);
    });
    expect(report.firstBeyond).toMatchObject({
      name: "decode.center_peaks",
      problem: "the model's decode has no such value",
    });
    const problem = "expected 102 elements of shape [6, 17], got 17";
    expect(tapOf(report, "decode.regressed_y")).toMatchObject({ problem, pass: false });
  });
});
