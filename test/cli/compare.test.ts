import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeSafetensors } from "../../src/checkpoints/safetensors/writeSafetensors.ts";
import type { CompareResult } from "../../src/compare/compare.ts";
import { load } from "../../src/detect.ts";
import type { Parameter } from "../../src/tensor.ts";
import { npyBytes } from "../support/npyBytes.ts";
import { SAMPLES, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const PEOPLE = `${SAMPLES}people.jpg`;
/** The default model at a size at which it takes little time. */
const SMALL = ["--size", "96x64", "--threads", "1"];
const WASM = ["compare", PEOPLE, ...SMALL, "--backend", "wasm"];

async function fails(args: string[], code: number): Promise<string> {
  const outcome = await runCli(args);
  expect(outcome, outcome.stderr).toMatchObject({ code, stdout: "" });
  expect(outcome.stderr).toMatch(/^centernet: [^\n]+\n$/);
  return outcome.stderr;
}

function safetensors(tensors: Record<string, Parameter>, metadata: Record<string, string> = {}): Uint8Array {
  const parts = [new Map(Object.entries(tensors)), new Map(Object.entries(metadata))] as const;
  return new Uint8Array(Buffer.concat([...writeSafetensors(...parts, { dtype: "F32" }).pieces]));
}

describe("two runs", () => {
  test("pass at the default tolerance, and fail at 1e-9 with the first layer that differs", async () => {
    const call = [
      "compare",
      PEOPLE,
      "--size",
      "32x32",
      "--threads",
      "1",
      "--backend",
      "wasm",
      "--with",
      "cpu",
    ];
    const passed = await runCli(call);
    expect(passed).toMatchObject({ code: 0, stderr: "" });
    const lines = passed.stdout.split("\n");
    expect(lines.slice(0, 3)).toEqual([
      `movenet-multipose on ${PEOPLE}`,
      expect.stringMatching(/^A: wasm \(\w+ SIMD, 1 thread\), fused$/),
      "B: cpu, fused",
    ]);
    expect(lines[4]).toMatch(/^layer +largest +rms +worst element +A +B$/);
    expect(lines[6]).toMatch(
      /^backbone\.stem\.relu6 +[\d.e-]+σ +[\d.e-]+σ +\[0, \d+, \d+, \d+\] +\d\S* +\d\S*$/,
    );
    expect(passed.stdout).toContain("\n87 layers, ");
    expect(passed.stdout).toContain("\ntolerance 0.01σ: another backend rounds in another order");
    expect(passed.stdout).toContain("\nall within tolerance\n");
    expect(passed.stdout).not.toContain("BEYOND");
    expect(lines.at(-2)).toMatch(/^detections: \d+ matched, 0 moved, 0 lost, 0 added$/);

    const failed = await runCli([...WASM, "--with-fuse", "no", "--tolerance", "1e-9"]);
    expect(failed).toMatchObject({ code: 4, stderr: "" });
    const first = failed.stdout.split("\n").find((line) => line.endsWith("  BEYOND"));
    expect(failed.stdout).toContain(`\nfirst beyond tolerance: ${first?.split(" ")[0]}\n`);
  });

  test("are described in JSON, of which one is run op by op", async () => {
    const { code, stdout } = await runCli([
      ...WASM,
      "--with-fuse",
      "no",
      "--json",
      "--taps",
      "heads.*,backbone.top.relu6",
    ]);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as CompareResult & { pass: boolean; model: string };
    expect(result).toMatchObject({ model: "movenet-multipose", image: PEOPLE, pass: true });
    expect(result.a).toMatchObject({ backend: "wasm", fused: true, backendDetails: { threads: 1 } });
    expect(result.b).toMatchObject({ backend: "wasm", fused: false });
    expect(result.layers[0]).toMatchObject({
      name: "backbone.top.relu6",
      shape: [1, 2, 3, 1280],
      beyond: false,
    });
    expect(result.onlyIn.b).toContain("backbone.stem.conv2d");
    expect(result.tolerance.max).toBe(0.01);
  });

  test("that compute the same have no difference, and tolerate none", async () => {
    const { code, stdout } = await runCli([
      ...WASM,
      "--with",
      "wasm",
      "--build",
      "plain",
      "--with-build",
      "plain",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("87 layers, 87 of them with equal numbers\ntolerance 0: both compute the same");
  });

  test("are drawn, never over what is read", async () => {
    const folder = await temporaryFolder();
    const chart = join(folder, "chart.svg");
    expect(await runCli([...WASM, "--with-fuse", "no", "--chart", chart])).toMatchObject({ code: 0 });
    const svg = await readFile(chart, "utf8");
    expect(svg).toContain("fused against wasm");
    expect(svg).toContain("backbone.block2.depthwise.relu6");
    await write(folder, { "people.svg": await readFile(PEOPLE) });
    const copy = join(folder, "people.svg");
    const message = await fails(["compare", copy, "--with", "cpu", "--chart", copy], 1);
    expect(message).toContain("expected a path that nothing else uses");
  });
});

test("a golden case is saved that verify takes, whose numbers may stand for the truth", async () => {
  const folder = join(await temporaryFolder(), "case");
  const call = [...WASM, "--with-fuse", "no", "--taps", "heads.center.*"];
  expect(await runCli([...call, "--save-golden", folder])).toMatchObject({ code: 0, stderr: "" });
  const verified = await runCli(["verify", "movenet-multipose", "--golden", folder, "--threads", "1"]);
  expect(verified.stdout).toContain("all 5 taps within tolerance");
  expect(verified.code).toBe(0);

  const truth = join(folder, "tensors.safetensors");
  const { stdout } = await runCli([...call, "--truth", truth, "--json"]);
  const { layers } = JSON.parse(stdout);
  for (const { rms, truth: found } of layers) {
    expect(found.rms).toBeCloseTo(rms, 9);
    expect(found.original).toEqual({ rms: 0, max: 0 });
  }
  const others = await runCli([...WASM, "--with-fuse", "no", "--taps", "backbone.top.*", "--truth", truth]);
  expect(others.code).toBe(1);
  expect(others.stderr).toContain(
    "expected tensors named like layers that were compared, such as backbone.top.relu6",
  );
});

describe("tensors of another program", () => {
  test("are compared by name, with their input or the image's; what is missing or left over is listed", async () => {
    const detector = await load("movenet-multipose", {
      ...{ backend: "wasm", threads: 1, fuse: false, inputSize: { height: 64, width: 96 } },
    });
    const names = ["backbone.stem.conv2d", "backbone.stem.bias"];
    const input = { shape: [1, 64, 96, 3], data: new Float32Array(64 * 96 * 3).map((_, i) => i % 250) };
    const { taps } = await detector.network.run(
      { image: { ...input, shape: [1, 64, 96, 3] } },
      { taps: names },
    );
    await detector.dispose();
    const folder = await temporaryFolder();
    await write(folder, {
      "dump.safetensors": safetensors({
        conv1: taps[names[0]],
        [names[1]]: taps[names[1]],
        input,
        loss: input,
      }),
      "names.json": '{ "conv1": "backbone.stem.conv2d" }',
      "arrays/backbone.stem.bias.npy": npyBytes({ descr: "<f4", ...taps[names[1]] }),
    });
    const [dump, map] = [join(folder, "dump.safetensors"), join(folder, "names.json")];
    const run = ["compare", "--backend", "wasm", "--threads", "1", "--fuse", "no", "--with"];
    const alone = await runCli([...run, dump, "--names", map, "--tolerance", "0"]);
    expect(alone).toMatchObject({ code: 0, stderr: "" });
    expect(alone.stdout).toContain("\n2 layers, 2 of them with equal numbers\n");
    expect(alone.stdout).toMatch(
      /\n213 only in A, not compared: preprocess\.normalize, .*\n1 only in B, not compared: loss\n/,
    );

    const beside = await runCli([...WASM, "--fuse", "no", "--with", dump, "--names", map]);
    expect(beside.code).toBe(4);
    expect(beside.stdout).toMatch(/\ninput .* BEYOND\nbackbone\.stem\.conv2d /);
    expect(beside.stdout).toContain("\nfirst beyond tolerance: input\n");

    const arrays = join(folder, "arrays");
    expect(await fails([...run, arrays], 1)).toContain(
      "expected an image, or a dump with the network's input",
    );

    const list = await runCli([
      "compare",
      "--list",
      "--fuse",
      "no",
      "--size",
      "96x64",
      "--with",
      dump,
      "--names",
      map,
    ]);
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(/\nbackbone\.stem\.conv2d +\[1, 32, 48, 48\] +\[1, 32, 48, 48\] conv1\n/);
    expect(list.stdout).toMatch(/\n213 names not in the dump\nonly in the dump: loss\n$/);
  });

  test("have names that --list prints, with both layouts", async () => {
    const list = await runCli(["compare", "--list", "--model", "movenet-lightning"]);
    expect(list).toMatchObject({ code: 0, stderr: "" });
    const lines = list.stdout.trimEnd().split("\n");
    expect(lines[1]).toMatch(/^input +\[1, 192, 192, 3\] +\[1, 3, 192, 192\]$/);
    expect(lines).toHaveLength(82);
    const { nodes } = JSON.parse((await runCli(["compare", "--list", "--json"])).stdout);
    expect(nodes[0]).toEqual({ name: "input", shape: [1, 256, 256, 3] });
    expect(nodes).toHaveLength(88);
  });
});

test("wrong calls are refused in one line, before anything is loaded", async () => {
  const folder = await temporaryFolder();
  const layer = { shape: [1, 1, 1, 1], data: Float32Array.of(1) };
  await write(folder, {
    "dump.safetensors": safetensors({ "backbone.stem.relu6": layer }),
    "other.safetensors": safetensors({ x: layer }),
    "broken.npy": "not an array",
    "list.json": "[]",
    "unknown.json": '{ "backbone.stem.relu6": "backbone.stem.relu" }',
  });
  const at = (name: string) => join(folder, name);
  const wrong: [args: string[], code: number, message: string][] = [
    [[PEOPLE], 1, "option --with: expected a backend, or tensors of another program, got nothing."],
    [["--with", "cpu"], 1, "argument <image>: expected an image, got nothing."],
    [[PEOPLE, "--with", "wasn"], 1, 'got "wasn". Did you mean wasm?'],
    [
      [PEOPLE, "--with", "cpu", "--with-precision", "exact"],
      1,
      "expected a backend with a choice of precisions, got cpu.",
    ],
    [[PEOPLE, "--with", "cpu", "--with", "wasm"], 1, "expected to be given once"],
    [[PEOPLE, "--with", "cpu", "--names", "x.json"], 1, "expected to be used with --with <file>"],
    [[PEOPLE, "--with", "cpu", "--layout", "CHW"], 1, "expected NHWC or NCHW"],
    [[PEOPLE, "--with", "cpu", "--fuse", "maybe"], 1, 'expected yes or no, got "maybe".'],
    [[PEOPLE, "--with", "cpu", "--tolerance", "-1"], 1, "expected a number, 0 or more"],
    [[PEOPLE, "--with", "cpu", "--taps", "a,,b"], 1, "expected names or patterns of layers"],
    [[PEOPLE, "--with-fuse", "no", "--taps", "backbone.stem.conv2d"], 1, "Give --fuse no to tap it."],
    [[PEOPLE, "--list"], 1, "option --list: expected to be used without an image"],
    [[PEOPLE, "--with", at("dump.safetensors"), "--with-build", "plain"], 1, "got tensors of a file."],
    [["none.jpg", "--with", "cpu"], 3, "none.jpg: expected an image file"],
    [[PEOPLE, "--with", at("none.safetensors")], 2, "got no such file or directory. Check the path."],
    [[PEOPLE, "--with", at("broken.npy")], 2, "expected an array of NumPy (.npy), got another file."],
    [
      [PEOPLE, "--with", at("dump.safetensors"), "--names", at("none.json")],
      2,
      "none.json: expected a JSON file of names",
    ],
    [
      [PEOPLE, "--with", at("dump.safetensors"), "--names", at("list.json")],
      2,
      "expected an object, got an array.",
    ],
    [
      [...SMALL, PEOPLE, "--with", at("other.safetensors")],
      2,
      'expected tensors that are named like nodes, got "x".',
    ],
    [
      [...SMALL, PEOPLE, "--with", at("dump.safetensors"), "--names", at("unknown.json")],
      2,
      "Did you mean backbone.stem.relu6?",
    ],
  ];
  for (const [args, code, message] of wrong) {
    expect(await fails(["compare", "--backend", "wasm", ...args], code), args.join(" ")).toContain(message);
  }
  const misshapen = await runCli([...WASM, "--with", at("dump.safetensors")]);
  expect(misshapen.code).toBe(2);
  expect(misshapen.stderr).toBe(
    `centernet: ${at("dump.safetensors")} tensor "backbone.stem.relu6": expected [1, 32, 48, 48] (NHWC) or [1, 48, 32, 48] (NCHW), got [1, 1, 1, 1].\n`,
  );
});
