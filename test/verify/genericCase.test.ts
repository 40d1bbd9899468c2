import { beforeAll, expect, test } from "vitest";
import { loadNetwork } from "../../src/network.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import {
  type GoldenCaseFacts,
  goldenCaseFiles,
  goldenValue,
} from "../../src/verify/generic/goldenCaseFiles.ts";
import { readGoldenCase } from "../../src/verify/goldenCase.ts";
import type { OnCompared, TapMaps } from "../../src/verify/verifyCase.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { fuzz } from "../support/fuzz.ts";
import { type CaseFields, type Stored, safetensorsOf } from "./madeCase.ts";

/** A small convolution, one inside its fused layer, a square map, and an output. */
const NAMES = [
  "backbone.stem.relu6",
  "backbone.block1.expand.conv2d",
  "fpn.merge2.relu",
  "heads.center.out.bias",
];
const input = tensor(
  shapeOf(192, 192, 3),
  Float32Array.from({ length: 192 * 192 * 3 }, (_, i) => (i * 37) % 256),
);
const values = new Map<string, Tensor>();

beforeAll(async () => {
  const network = await loadNetwork("movenet-lightning", { backend: "wasm", threads: 1, fuse: false });
  const { taps } = await network.run({ image: input }, { taps: NAMES });
  for (const name of NAMES) values.set(name, taps[name]);
  await network.dispose();
});

const FACTS: GoldenCaseFacts = { model: "movenet-lightning", source: "a test", input, tolerance: 1e-4 };
const OPTIONS = { backend: "wasm", threads: 1 } as const;

function reader(files: Record<string, Uint8Array>) {
  return async (name: string) => {
    if (Object.hasOwn(files, name)) return files[name];
    throw new Error(`no file ${name}`);
  };
}

function writtenFiles(facts: Partial<GoldenCaseFacts> = {}, wholeUpTo?: number): Record<string, Uint8Array> {
  const golden = [...values].map(([name, value]) => [name, goldenValue(name, value, wholeUpTo)] as const);
  return { ...goldenCaseFiles(new Map(golden), { ...FACTS, ...facts }) };
}

/** As one writes it by hand. */
function handWritten(fields: CaseFields, tensors: Record<string, { shape: number[]; values: Stored }>) {
  const all = { input: { shape: [...input.shape], values: input.data }, ...tensors };
  return {
    "case.json": new TextEncoder().encode(JSON.stringify({ family: "generic", ...fields })),
    "tensors.safetensors": safetensorsOf(new Map(Object.entries(all))),
  };
}

async function verify(files: Record<string, Uint8Array>, name?: string) {
  return verifyModel(name, await readGoldenCase(reader(files), "made"), OPTIONS);
}

test("what the writer writes passes, whole and sampled, and names the model itself", async () => {
  const whole = await verify(writtenFiles());
  expect(whole.taps.map(({ name, pass, unfused }) => ({ name, pass, unfused }))).toEqual(
    NAMES.map((name) => ({ name, pass: true, unfused: name.endsWith("conv2d") })),
  );
  const sampled = writtenFiles({}, 1000);
  const { taps } = await readGoldenCase(reader(sampled), "made");
  expect(taps.map(({ positions }) => positions?.length)).toEqual(NAMES.map(() => 4096));
  expect((await verify(sampled)).pass).toBe(true);
});

test("each tap is told with its maps, of which a sampled one has none", async () => {
  const told = async (files: Record<string, Uint8Array>) => {
    const seen: [name: string, maps: TapMaps | undefined][] = [];
    const onCompared: OnCompared = ({ name }, maps) => seen.push([name, maps]);
    await verifyModel(undefined, await readGoldenCase(reader(files), "made"), { ...OPTIONS, onCompared });
    return seen;
  };
  const whole = await told(writtenFiles({}, Number.POSITIVE_INFINITY));
  expect(whole.map(([name]) => name)).toEqual(NAMES);
  for (const [name, maps] of whole) {
    const { shape, data } = values.get(name) as Tensor;
    expect([maps?.expected.shape, maps?.got.shape]).toEqual([shape, shape]);
    // Vitest would compare a million numbers one by one.
    expect(maps?.expected.data.every((value, i) => Object.is(value, data[i]))).toBe(true);
  }
  const sampled = await told(writtenFiles({}, 1000));
  expect(sampled).toEqual(NAMES.map((name) => [name, undefined]));
});

test("a case can ask for a run of each op on its own: then all bits are those of the writer", async () => {
  const { taps } = await verify(writtenFiles({ fuse: false, tolerance: { absolute: 0 } }));
  expect(taps.map(({ compared }) => compared?.largest)).toEqual(NAMES.map(() => 0));
  expect(taps.some(({ unfused }) => unfused)).toBe(false);
});

test("three lines by hand: every tensor is a tap, in the network's order, in the layout that fits", async () => {
  const { shape, data } = values.get(NAMES[0]) as Tensor;
  const [, height, width, channels] = shape;
  const first = data.map(
    (_, i) => data[(i % (height * width)) * channels + Math.floor(i / (height * width))],
  );
  const head = values.get(NAMES[3]) as Tensor;
  const files = handWritten(
    { tolerance: 1e-4 },
    {
      [NAMES[3]]: { shape: [...head.shape], values: head.data },
      [NAMES[0]]: { shape: [1, channels, height, width], values: first },
    },
  );
  const report = await verify(files, "movenet-lightning");
  expect(report.taps.map(({ name, pass }) => [name, pass])).toEqual([
    [NAMES[0], true],
    [NAMES[3], true],
  ]);
  first[7] += 1;
  const tensors = { [NAMES[0]]: { shape: [1, channels, height, width], values: first } };
  const off = await verify(handWritten({ tolerance: 1e-4 }, tensors), "movenet-lightning");
  expect(off.firstBeyond?.compared?.worst?.index).toBe(7);
});

test("a tap of its own name, node and tolerance; wrong names get the nearest", async () => {
  const { shape, data } = values.get(NAMES[0]) as Tensor;
  const stored = { shape: [...shape], values: data };
  const tap = { name: "conv1", node: NAMES[0], tolerance: { spread: 1e-4 } };
  const report = await verify(handWritten({ taps: [tap] }, { conv1: stored }), "movenet-lightning");
  expect(report).toMatchObject({
    pass: true,
    taps: [{ name: "conv1", compared: { tolerance: { spread: 1e-4 } } }],
  });
  const wrong = await verify(
    handWritten({ tolerance: 1 }, { "backbone.stem.relu": stored }),
    "movenet-lightning",
  );
  expect(wrong.firstBeyond?.problem).toBe(
    "the model has no value of this name; did you mean backbone.stem.relu6?",
  );
});

test("what is missing or unclear is refused by name", async () => {
  const { shape, data } = values.get(NAMES[0]) as Tensor;
  const stored = { [NAMES[0]]: { shape: [...shape], values: data } };
  const read = (fields: CaseFields, tensors = stored) =>
    verify(handWritten(fields, tensors), "movenet-lightning");
  await expect(read({})).rejects.toThrow("made: expected tolerances for its taps, got none.");
  await expect(read({ tolerance: "tight" })).rejects.toThrow(
    'case.json tolerance: expected an object, got "tight".',
  );
  await expect(read({ tolerance: 1, taps: ["x"] })).rejects.toThrow(
    'expected a tensor "x" in the file, got none.',
  );
  await expect(read({ tolerance: 1, taps: [NAMES[0], NAMES[0]] })).rejects.toThrow("expected each tap once");
  await expect(read({ tolerance: 1, layout: "CHWN" })).rejects.toThrow("layout: expected one of NHWC, NCHW");
  await expect(read({ tolerance: 1, input: { image: "a.png" } })).rejects.toThrow(
    "a way to read its image a.png",
  );
  await expect(read({ tolerance: 1, model: "movenet-thunder" })).rejects.toThrow(
    "expected a case of movenet-lightning, got one of movenet-thunder.",
  );
});

test("a shape that fits both layouts is an error, not a guess", async () => {
  const { shape, data } = values.get(NAMES[1]) as Tensor;
  expect(shape).toEqual([1, 96, 96, 96]);
  const stored = { [NAMES[1]]: { shape: [...shape], values: data } };
  const read = (fields: CaseFields) =>
    verify(handWritten({ tolerance: 1e-4, ...fields }, stored), "movenet-lightning");
  await expect(read({})).rejects.toThrow(
    `made tap ${NAMES[1]}: expected a stated layout, got none, and [1, 96, 96, 96] fits NHWC as well as NCHW.`,
  );
  expect((await read({ layout: "NHWC" })).pass).toBe(true);
});

test("mutants of a case.json by hand are read or refused with a typed error", async () => {
  const sampled = goldenValue(NAMES[0], values.get(NAMES[0]) as Tensor, 10);
  const files = { ...goldenCaseFiles(new Map([[NAMES[0], sampled]]), FACTS) };
  const run = async (bytes: Uint8Array) => {
    await readGoldenCase(reader({ ...files, "case.json": bytes }), "made");
  };
  const { refused } = await fuzz({ seeds: [files["case.json"]], run, seed: 51 });
  expect(refused).toBeGreaterThan(0);
});
