import { describe, expect, test } from "vitest";
import { ModelError, UsageError } from "../../src/errors.ts";
import { shapeOf } from "../../src/tensor.ts";
import { standardDeviation } from "../../src/verify/compare.ts";
import { goldenInput, inTapLayout, readGoldenCase } from "../../src/verify/goldenCase.ts";
import { MOVENET_CASES, readCommittedCase } from "./goldenFiles.ts";
import { type CaseFields, madeCase, madeFiles, readFilesOf, safetensorsOf } from "./madeCase.ts";

describe.each(MOVENET_CASES)("the committed case %s", async (name) => {
  const golden = await readCommittedCase(name);

  test("has its input, taps and tolerances", () => {
    const [, height, width, channels] = goldenInput(golden).shape;
    expect([height, width]).toEqual([golden.input?.get("height"), golden.input?.get("width")]);
    expect(channels).toBe(3);
    expect(golden.taps[0].name).toBe("conv1");
    expect(golden.taps.at(-1)?.name).toBe("output");
    expect(golden.tolerance.by.get("tap")).toEqual({ spread: 5e-3, spreadRms: 5e-4 });
    expect(golden.tolerance.by.get("output")).toEqual({ absolute: 1e-4 });
  });

  test("states the deviation of its whole tensors as they are", () => {
    for (const { values, positions, std } of golden.taps) {
      if (!positions) expect(standardDeviation(values)).toBeCloseTo(std ?? Number.NaN, 8);
    }
  });
});

describe("the input", () => {
  test("is named by the case, or the only whole tap of that role", async () => {
    const named = await madeCase([]);
    expect(goldenInput(named)).toMatchObject({ shape: shapeOf(2, 2, 3) });
    expect([...goldenInput(named).data]).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220]);
  });

  test("of a case in NCHW comes out in NHWC, and goes back the same", async () => {
    const files = madeFiles([
      {
        name: "x",
        role: "input",
        shape: [1, 2, 1, 3],
        layout: "NCHW",
        values: Float32Array.of(1, 2, 3, 4, 5, 6),
      },
    ]);
    delete files.description.input;
    const input = goldenInput(await readGoldenCase(readFilesOf(files), "made"));
    expect(input.shape).toEqual(shapeOf(1, 3, 2));
    expect([...input.data]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...inTapLayout(input, "NCHW")]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("is an error where only samples of it are stored", async () => {
    const positions = Int32Array.of(0);
    const tap = { name: "x", role: "input", shape: [1, 9, 9, 3], values: Float32Array.of(1), positions };
    const files = madeFiles([tap]);
    delete files.description.input;
    const golden = await readGoldenCase(readFilesOf(files), "made");
    expect(() => goldenInput(golden)).toThrow("made input: expected one whole input tensor, got 0.");
  });
});

const TAP = { name: "c2", shape: [1, 2, 2, 1], values: Float32Array.of(1, 2, 3, 4), std: 1.1 };
const SAMPLED = { ...TAP, name: "c3", values: Float32Array.of(1), positions: Int32Array.of(3) };

describe("a folder that is no golden case", () => {
  test("is the caller's mistake", async () => {
    const read = readGoldenCase(() => Promise.reject(new Error("ENOENT")), "photos");
    await expect(read).rejects.toThrow(UsageError);
    await expect(read).rejects.toThrow("photos: expected a golden case, got no readable case.json in it.");
  });
});

describe("a case that contradicts itself", () => {
  type Change = (description: CaseFields & { taps: CaseFields[] }) => void;

  async function messageOf(change: Change): Promise<string> {
    const files = madeFiles([TAP, SAMPLED], { tap: { spread: 0.005 } });
    change(files.description);
    const error = await readGoldenCase(readFilesOf(files), "made").catch((reason: unknown) => reason);
    if (!(error instanceof ModelError)) throw new Error(`no ModelError but ${error}`);
    return error.message;
  }

  test.each(["family", "model", "source", "tensors", "taps"])("without %s", async (field) => {
    expect(await messageOf((description) => delete description[field])).toMatch(
      new RegExp(`^made/case.json ${field}: expected an? \\w+, got nothing\\.$`),
    );
  });

  test.each(["name", "role", "shape", "dtype", "layout"])("with a tap without %s", async (field) => {
    expect(await messageOf(({ taps }) => delete taps[0][field])).toMatch(
      new RegExp(`^made/case.json taps\\[0\\]( "c2")? ${field}: expected an? \\w+, got nothing\\.$`),
    );
  });

  const CHANGES: [string, Change, string][] = [
    ["an unknown role", ({ taps }) => (taps[0].role = "guess"), "expected one of input, tap, head"],
    ["an unknown type", ({ taps }) => (taps[0].dtype = "float8"), 'uint8, got "float8"'],
    [
      "another type than the file's",
      ({ taps }) => (taps[0].dtype = "int32"),
      "expected I32 [1, 2, 2, 1], got F32",
    ],
    ["an unknown layout", ({ taps }) => (taps[0].layout = "NHWc"), "expected one of NHWC, NCHW, row-major"],
    [
      "another shape than the file's",
      ({ taps }) => (taps[0].shape = [1, 2, 3, 1]),
      "expected F32 [1, 2, 3, 1], got F32 [1, 2, 2, 1]",
    ],
    ["a shape of fractions", ({ taps }) => (taps[0].shape = [1, 2.5]), "expected a whole number"],
    [
      "a sample outside the tensor",
      ({ taps }) => (taps[1].shape = [1, 3, 1, 1]),
      'tap "c3": expected positions from 0 to 2, got 3.',
    ],
    [
      "a tensor that the file has not",
      ({ taps }) => (taps[0].tensor = "c9"),
      'expected a tensor "c9" in the file, got none',
    ],
    ["a tap both whole and sampled", ({ taps }) => (taps[1].tensor = "c2"), "got both"],
    ["a tap neither whole nor sampled", ({ taps }) => delete taps[0].tensor, "got neither"],
    [
      "a tap twice",
      ({ taps }) => (taps[1].name = "c2"),
      'taps[1] name: expected each tap once, got "c2" again',
    ],
    [
      "a negative deviation",
      ({ taps }) => (taps[0].stats = { std: -1 }),
      "expected a number from 0 to 1e+100, got -1",
    ],
    [
      "statistics without deviation",
      ({ taps }) => (taps[0].stats = {}),
      "stats std: expected a number, got nothing",
    ],
    ["an unknown measure", (fields) => (fields.tolerance = { tap: { spraed: 1 } }), 'got "spraed"'],
    [
      "a tolerance that is no number",
      (fields) => (fields.tolerance = { tap: { spread: "1" } }),
      'spread: expected a number, got "1"',
    ],
    [
      "a file outside the folder",
      (fields) => (fields.tensors = "../../secret"),
      "expected a file name without a folder",
    ],
    [
      "a checkpoint far away",
      (fields) => (fields.checkpoint = "../../c.json"),
      "expected a file name without a folder",
    ],
    [
      "taps that are no list",
      (fields) => (fields.taps = {} as CaseFields[]),
      "taps: expected an array, got an object",
    ],
  ];
  test.each(CHANGES)("%s", async (_, change, message) => {
    expect(await messageOf(change)).toContain(message);
  });

  test("a missing tensor file", async () => {
    const files = madeFiles([TAP]);
    files.description.tensors = "other.safetensors";
    const read = readGoldenCase(readFilesOf(files), "made");
    await expect(read).rejects.toThrow(
      "made/other.safetensors: expected the tensors of the case, got no readable file.",
    );
  });

  test("a truncated tensor file", async () => {
    const files = madeFiles([TAP]);
    const whole = safetensorsOf(files.tensors);
    const read = readGoldenCase(
      async (name) => (name === "case.json" ? readFilesOf(files)(name) : whole.subarray(0, whole.length - 1)),
      "made",
    );
    await expect(read).rejects.toThrow(ModelError);
  });
});

test("a checkpoint may stand in the folder above, where cases share it", async () => {
  const files = madeFiles([TAP]);
  files.description.checkpoint = "../checkpoint.json";
  files.description.vectors = "vectors.safetensors";
  const golden = await readGoldenCase(readFilesOf(files), "made");
  expect([golden.checkpoint, golden.vectors]).toEqual(["../checkpoint.json", "vectors.safetensors"]);
});
