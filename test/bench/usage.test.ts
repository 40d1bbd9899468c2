import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { runBench } from "../../bench/runBench.ts";
import { Collector } from "../support/collector.ts";

async function call(...args: string[]) {
  const [stdout, stderr] = [new Collector(), new Collector()];
  const code = await runBench(args, {
    stdin: () => Readable.from([]),
    stdout,
    stderr,
    signal: new AbortController().signal,
    debug: false,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

test.each([
  [["peer"], "command peer: expected a command listed by --help, got an unknown name. Did you mean peers?"],
  [
    ["peers", "--thread", "1"],
    "option --thread: expected an option of this command, got an unknown name. Did you mean --threads?",
  ],
  [["peers", "--threads", "1,x"], /^option --threads: expected whole numbers from 1 to \d+, got x\.$/],
  [["peers", "--threads", "1,1"], "option --threads: expected each once, got 1,1."],
  [
    ["peers", "--only", "hourglass-14"],
    /^option --only: .*, got hourglass-14\. Did you mean hourglass-104\?$/,
  ],
  [["peers", "--only", ""], /^option --only: expected some of hourglass-104, .*, got nothing\.$/],
  [
    ["peers", "--against", "onnxruntime-node,xnnpack"],
    "peer xnnpack: expected a Python, got none. --python names the Python that has it.",
  ],
  [["peers", "--json"], "option --json: expected <->, got nothing. See npm run bench -- --help."],
  [["peers", "--json", "rows.json"], "option --json: expected - (standard output), got rows.json."],
  [
    ["scaling", "--sizes", "100"],
    "input size of centernet_hg104_512x512_coco17_tpu-8: expected a square in multiples of 128, up to 3 less, got 100x100. The nearest that it can run is 125x125.",
  ],
  [
    ["scaling", "--network", "centernet-104"],
    "option --network: expected a network whose size can be chosen, got centernet-104.",
  ],
  [["gpu-chromium", "--runs", "0"], "option --runs: expected whole numbers from 1 to 1000, got 0."],
  [
    ["gpu", "--stages", "hosts"],
    "option --stages: expected some of networks, host, gpujs, tiles, got hosts.",
  ],
  [
    ["site", "--only", "sizes"],
    "option --only: expected some of detection, size, static, memory, hourglass, got sizes.",
  ],
  [["startup", "--runs", "0"], "option --runs: expected whole numbers from 1 to 1000, got 0."],
] as const)("%j is refused in a line, before anything is measured", async (args, message) => {
  const { code, stdout, stderr } = await call(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^centernet: [^\n]+\n$/);
  const told = message instanceof RegExp ? expect.stringMatching(message) : message;
  expect(stderr.slice("centernet: ".length, -1)).toEqual(told);
});
