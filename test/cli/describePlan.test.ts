import { expect, test } from "vitest";
import { runCli } from "./support/runCli.ts";

test("describe --plan says which algorithm each layer gets on wasm and why, without weights", async () => {
  const { code, stdout, stderr } = await runCli(["describe", "movenet-thunder", "--plan", "--threads", "1"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^movenet-thunder at 256x256 on wasm, 1 thread\n\nlayer +weights +algorithm: why\n/);
  expect(stdout).toMatch(/\nbackbone\.stem\.relu6 +\S+ kB +.*: .+\n/);
});

test("describe --memory adds up what lies in memory together", async () => {
  const args = ["describe", "movenet-multipose", "--memory", "--json", "--threads", "2"];
  const { input, choices, layers, bytes } = JSON.parse((await runCli(args)).stdout);
  expect({ input, choices }).toEqual({
    input: { width: 256, height: 256 },
    choices: { precision: "default", memory: "default", threads: 2 },
  });
  const peak = Math.max(...layers.map((layer: { inUseBytes: number }) => layer.inUseBytes));
  expect(bytes.maps).toBeGreaterThanOrEqual(peak);
  expect(bytes.maps).toBeLessThan(bytes.unsharedMaps / 4);
  expect(bytes.total).toBeGreaterThanOrEqual(bytes.weights + bytes.maps + bytes.scratch);
  const { stdout } = await runCli(["describe", "movenet-multipose", "--memory"]);
  expect(stdout).toMatch(/\nmaps +\d+ MB, shared by maps of \d+ MB; peak at \S+: \d+ MB\n/);
  expect(stdout).toMatch(/\ntotal +\d+ MB\n$/);
});

test("describe --memory says where a plan would be refused on every machine", async () => {
  const args = ["describe", "centernet_hg104_512x512_coco17_tpu-8", "--memory", "--size", "4096x4096"];
  const { stdout } = await runCli(args);
  expect(stdout).toMatch(/\ntotal +7,\d{3} MB: refused, because WebAssembly can address at most 4,295 MB\n$/);
});

test("low memory and precision change the plan; without one they are refused", async () => {
  const total = async (...flags: string[]) => {
    const args = ["describe", "centernet_hg104_512x512_coco17_tpu-8", "--memory", "--json", ...flags];
    return JSON.parse((await runCli(args)).stdout).bytes.total;
  };
  const usual = await total();
  expect(await total("--low-memory")).toBeLessThan(usual * 0.7);
  expect(await total("--precision", "exact")).toBeLessThan(usual);
  const { code, stderr } = await runCli(["describe", "movenet-multipose", "--low-memory"]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "centernet: option --low-memory: expected to be used with --plan or --memory, got neither.\n",
  });
});
