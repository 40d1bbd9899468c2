import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const LIGHTNING = ["--model", "movenet-lightning", "--no-draw"];

/** Arguments, exit code, and what the one line on stderr must say. */
const WRONG: [string[], number, RegExp][] = [
  [
    ["detekt", "x.jpg"],
    1,
    /: command detekt: expected a command listed by --help, got an unknown name\. Did you mean detect\?$/,
  ],
  [["detect"], 1, /: argument <image>: expected a value, got nothing\. See centernet --help\.$/],
  [
    ["detect", "x.jpg", "--scor", "1"],
    1,
    /option --scor: expected .*, got an unknown name\. Did you mean --score\?$/,
  ],
  [["detect", "x.jpg", "--score"], 1, /option --score: expected <number>, got nothing\./],
  [
    ["detect", "x.jpg", "--score", "2"],
    1,
    /--score: expected a number from 0 to 1.*got "2"\. Did you mean 0\.02\?$/,
  ],
  [["detect", "x.jpg", "--score", ""], 1, /--score: expected a number from 0 to 1.*got ""/],
  [["detect", "x.jpg", "--score", "0.5px"], 1, /--score: .*got "0.5px"/],
  [["detect", "x.jpg", "--score", "NaN"], 1, /--score: .*got "NaN"/],
  [
    ["detect", "x.jpg", "--score", "0.1", "--score", "0.2"],
    1,
    /--score: expected to be given once, got it twice/,
  ],
  [["detect", "x.jpg", "--max", "-1"], 1, /--max: expected a whole number, 0 or more, got "-1"/],
  [["detect", "x.jpg", "--max", "1.5"], 1, /--max: .*got "1.5"/],
  [
    ["detect", "x.jpg", "--size", "256"],
    1,
    /--size: expected width x height, as in 320x256, got "256"\. Did you mean 256x256\?$/,
  ],
  [
    ["detect", "x.jpg", "--backend", "gpu"],
    1,
    /--backend: expected a backend's name, got "gpu"\. Did you mean wgsl\? The names are auto, .*, cpu\.$/,
  ],
  [
    ["detect", "x.jpg", "--precision", "half"],
    1,
    /--precision: expected a precision's name, got "half"\. The names are default, exact\.$/,
  ],
  [["detect", "x.jpg", "--threads", "0"], 1, /--threads: expected a whole number from 1 to 64, got "0"/],
  [["detect", "x.jpg", "--threads", "two"], 1, /--threads: expected a whole number from 1 to 64, got "two"/],
  [
    ["detect", "x.jpg", "--build", "simd"],
    1,
    /--build: expected a build's name, got "simd"\. Did you mean plain\? The names are relaxed, plain\.$/,
  ],
  [
    ["verify", "movenet-lightning", "--golden", "x", "--build", ""],
    1,
    /--build: expected a build's name, got ""/,
  ],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--backend", "cpu", "--build", "plain"],
    1,
    /option --build: expected the backend wasm, the only one that has it, got cpu\./,
  ],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--backend", "cpu", "--threads", "2"],
    1,
    /option --threads: expected the backend wasm, the only one that has it, got cpu\. Leave the option out, or choose wasm\.$/,
  ],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--backend", "webasm", "--precision", "exact"],
    1,
    /option --precision: /,
  ],
  [
    ["detect", "x.jpg", "--scales", "1,2x"],
    1,
    /--scales: expected a list of 1 to 10 .*, as in 0\.6,1,1\.2, got "1,2x"/,
  ],
  [["detect", "x.jpg", "--scales", "1,1"], 1, /--scales: expected a list of 1 to 10 different numbers/],
  [["detect", "x.jpg", "--scales", ""], 1, /--scales: .*got ""/],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--flip"],
    1,
    /option --flip: expected a model that supports it, got movenet-light/,
  ],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--scales", "1"],
    1,
    /option --scales: expected a model that supports it/,
  ],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--reproduce-reference"],
    1,
    /option --reproduce-reference: expected a model that supports it/,
  ],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--reproduce-reference"],
    1,
    /option --reproduce-reference: expected a model that supports it/,
  ],
  [["detect", "x.jpg", ...LIGHTNING, "--backend", "cpu", "--low-memory"], 1, /option --low-memory: /],
  [["detect", "x.jpg", "--out", ""], 1, /--out: expected a path, got an empty one/],
  [["detect", ""], 1, /image: expected a path, got an empty one/],
  [
    ["detect", "x.jpg", "--no-draw", "--out", "y"],
    1,
    /option --no-draw: expected to be used without --out <folder>, or with --save, got nothing to write there\./,
  ],
  [["detect", "no-such-*.jpg"], 1, /no-such-\*\.jpg: expected files that match this pattern, got none/],
  [["detect", "x.jpg", "--json", "package.json/y.jsonl"], 1, /--json .*can be written, got not a directory/],
  [["detect", "x.jpg", "--json", "src"], 1, /option --json src: expected a file .*, got a folder\./],
  [["detect", "x.jpg", "--model", ""], 1, /--model: expected a model's name, got an empty one/],
  [
    ["detect", "x.jpg", ...LIGHTNING, "--size", "64x64"],
    1,
    /option --size: expected 192x192, its only size, got 64x64/,
  ],
  [
    ["detect", "x.jpg", "--model", "movenet-lightening"],
    2,
    /got "movenet-lightening"\. Did you mean movenet-lightning\? The names are movenet-multipose, /,
  ],
  [
    ["detect", "x.jpg", "--weights", "none.safetensors"],
    2,
    /expected a weights file, got no such file or directory\. Check the path\.$/,
  ],
  [["detect", "x.jpg", ...LIGHTNING, "--backend", "webgl2"], 2, /backend webgl2: expected one that this/],
  [
    ["serve", "--port", "65536"],
    1,
    /--port: expected a whole number from 0 to 65535, as in 8080, got "65536"/,
  ],
  [["serve", "--port", "-1"], 1, /--port: .*got "-1"/],
  [["serve", "--port", "80a"], 1, /--port: .*got "80a"/],
  [["serve", "--port", ""], 1, /--port: .*got ""/],
  [["serve", "page"], 1, /command serve: expected 0 arguments, got 1\./],
  [["models", "all"], 1, /command models: expected 0 arguments, got 1\. See centernet --help\.$/],
  [
    ["describe"],
    1,
    /argument <model>: expected a model's name, or --weights, got neither\. See centernet mo/,
  ],
  [
    ["detect", "x.jpg", "--model", "yolov8n.pt"],
    2,
    /model: expected a model's name, got "yolov8n\.pt"\. Give a file as the option --weights\./,
  ],
  [
    ["describe", "movenet"],
    2,
    /model: expected a model's name, got "movenet"\. Did you mean movenet-\w+\? The names are/,
  ],
  [["describe", "movenet-multipose", "--size", "100x100"], 1, /expected multiples of 32, got 100x100/],
  [["convert", "model.json"], 1, /option -o, --output: expected <file>, got nothing/],
  [["convert", "model.json", "-o", "model.json"], 1, /a name ending in \.safetensors, got model\.json/],
  [["convert", "no-such.json", "-o", "x.safetensors"], 2, /no-such\.json: expected a weights file/],
  [["inspect", "no-such.safetensors"], 2, /no-such\.safetensors: expected a weights file/],
  [["inspect", "package.json"], 2, /package\.json: expected the model\.json of a TensorFlow\.js model/],
  [["verify", "movenet-lightning"], 1, /option --golden: expected <folder>, got nothing/],
  [["verify", "movenet-lightning", "--golden", "src"], 1, /src: expected a golden case or a folder of cases/],
  [["verify", "movenet-lightning", "--golden", "none"], 1, /none: expected a folder of golden cases/],
  [["verify", "--golden", "src"], 1, /src: expected a golden case or a folder of cases/],
  [
    ["verify", "--golden", "test/goldens/tfjs/movenet-lightning"],
    1,
    /argument <model>: expected a model's name, or --weights, got neither/,
  ],
  [["verify", "--weights", "none.pkl", "--golden", "src"], 1, /src: expected a golden case or a folder of/],
  [["describe", "--weights", "none.pkl"], 2, /none\.pkl: expected a weights file, got no such file/],
  [
    ["describe", "--weights", "package.json"],
    2,
    /package\.json: expected the model\.json of a TensorFlow\.js/,
  ],
  [["verify", "no-such-model", "--golden", "src"], 2, /got "no-such-model"\. The names are/],
];

for (const [args, code, line] of WRONG) {
  test(`centernet ${args.map((arg) => arg || "''").join(" ")}: exit code ${code} and one line`, async () => {
    const outcome = await runCli(args);
    expect(outcome).toMatchObject({ code, stdout: "" });
    expect(outcome.stderr).toMatch(/^centernet: [^\n]+\n$/);
    expect(outcome.stderr.trimEnd()).toMatch(line);
  });
}

test("control characters in arguments do not reach the terminal", async () => {
  const { stderr } = await runCli(["detect", "--\x1b[31mred\nline"]);
  expect(stderr).toBe(
    "centernet: option --\\u001b[31mred\\nline: expected an option of this command, got an unknown name. See centernet --help.\n",
  );
});

test("without a command the help goes to stderr; asked for, to stdout", async () => {
  const asked = await runCli(["--help"]);
  expect(asked).toMatchObject({ code: 0, stderr: "" });
  expect(await runCli([])).toEqual({ code: 1, stdout: "", stderr: asked.stdout });
});

test("the version is the package's", async () => {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

describe("help", () => {
  for (const command of [
    "",
    "detect",
    "models",
    "describe",
    "verify",
    "convert",
    "inspect",
    "pull",
    "serve",
  ]) {
    test(`of ${command || "centernet"} has an example and fits into 80 columns`, async () => {
      const { stdout } = await runCli([...command.split(" ").filter(Boolean), "--help"]);
      expect(stdout).toMatch(/\nExamples?:\n[\s\S]*centernet /);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    });
  }
});

test("convert does not overwrite its input, whatever path names it", async () => {
  const folder = await temporaryFolder();
  const input = join(folder, "model.safetensors");
  await write(folder, { "model.safetensors": "{}" });
  const outcome = await runCli([
    "convert",
    input,
    "-o",
    `${folder}/../${folder.split("/").pop()}/model.safetensors`,
  ]);
  expect(outcome).toMatchObject({ code: 1, stdout: "" });
  expect(outcome.stderr).toMatch(
    /expected a path that nothing else uses, got that of weights .*model\.safetensors/,
  );
  expect(await readFile(input, "utf8")).toBe("{}");
});

test("an empty folder is named", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "notes.txt": "no image", ".hidden.png": EMPTY_PICTURE });
  const outcome = await runCli(["detect", folder]);
  expect(outcome).toMatchObject({ code: 1, stdout: "" });
  expect(outcome.stderr).toBe(
    `centernet: ${folder}: expected images (.jpg, .jpeg, .png) in this folder, got none.\n`,
  );
});

test("a hundred thousand paths are no trouble", async () => {
  const paths = Array.from({ length: 100_000 }, (_, i) => `none-${i}.jpg`);
  const outcome = await runCli(["detect", ...paths, "--model", "no-such-model"]);
  expect(outcome).toMatchObject({ code: 2, stdout: "" });
});
