import { expect, test } from "vitest";
import { runCli } from "./support/runCli.ts";

const PEOPLE = [
  "detect",
  "samples/people.jpg",
  "--model",
  "movenet-lightning",
  "--no-draw",
  "--threads",
  "1",
];

test("--profile prints the slowest layers and the kinds of op below the detections", async () => {
  const { code, stdout } = await runCli([...PEOPLE, "--backend", "wasm", "--profile"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\nslowest 10 of \d+ layers, \d+\.\d % of the time\n +ms +share +GFLOP\/s +layer +kind +shape\n/,
  );
  expect(stdout).toMatch(/\n +ms +share +GFLOP\/s +layers +kind\n(.*\n)*.* \d+ +conv2d 1x1\n/);
  expect(stdout).toMatch(
    /\neach layer's fastest of 5 runs, together \S+ ms; the fastest run \S+ ms, without timing \S+ ms\n/,
  );
  expect(stdout).toMatch(/\ntimed by steps of one run, .*; fused, on wasm /);
  expect(stdout.indexOf("person")).toBeLessThan(stdout.indexOf("slowest"));
});

test("--json carries it, and leaves it out otherwise", async () => {
  const args = [...PEOPLE, "--backend", "wasm", "--json", "-"];
  const { profile } = JSON.parse((await runCli([...args, "--profile"])).stdout);
  expect(profile).toMatchObject({ model: "movenet-lightning", backend: "wasm", fused: true, runs: 5 });
  expect(profile.layers[0]).toMatchObject({
    name: "preprocess.normalize",
    kind: "normalize",
    multiplyAdds: 0,
  });
  expect(Object.keys(profile.kinds[0])).toEqual([
    "kind",
    "layers",
    "milliseconds",
    "multiplyAdds",
    "gflopsPerSecond",
  ]);
  expect(JSON.parse((await runCli(args)).stdout)).not.toHaveProperty("profile");
});

test("a backend that cannot time its layers is refused with its alternative", async () => {
  const { code, stderr } = await runCli([...PEOPLE.slice(0, -2), "--backend", "cpu", "--profile"]);
  expect(code).toBe(2);
  expect(stderr).toContain(
    "backend cpu: expected one that can time its layers, got one that runs them as a whole.",
  );
});
