import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { fuzz, mutate } from "./fuzz.ts";

const SEEDS = [Uint8Array.from({ length: 40 }, (_, i) => i * 5), Uint8Array.of(1, 2, 3)];
const refuse = () => {
  throw new UsageError({ where: "x", expected: "a", got: "b" });
};

test("counts what is accepted and what is refused", async () => {
  const run = (bytes: Uint8Array) => (bytes.length % 2 === 0 ? refuse() : bytes);
  const result = await fuzz({ seeds: SEEDS, run, runs: 200, seed: 1 });
  expect(result.accepted + result.refused).toBe(200);
  expect(result.accepted).toBeGreaterThan(20);
  expect(result.errors).toEqual({ UsageError: result.refused });
});

test("the same seed gives the same mutants, each alone too", () => {
  const run = () => Array.from({ length: 300 }, (_, index) => mutate(SEEDS, 5, index).join());
  expect(run()).toEqual(run());
  expect(new Set(run()).size).toBeGreaterThan(200);
  expect(mutate(SEEDS, 6, 0)).not.toEqual(mutate(SEEDS, 5, 0));
});

test("an untyped error is a failure that names its case, also from an async run", async () => {
  const throwing = () => {
    throw new TypeError("oops");
  };
  const rejecting = async () => throwing();
  for (const run of [throwing, rejecting]) {
    const failing = fuzz({ seeds: SEEDS, run, runs: 5, seed: 9 });
    await expect(failing).rejects.toThrow(
      /seed 9, index 0, \d+ bytes: TypeError: oops[\s\S]*mutant: [0-9a-f]*$/,
    );
  }
});

test("a run that never ends is reported, and the process with it ends", () => {
  const bundle = buildSync({
    stdin: {
      contents: `import { fuzz } from "./fuzz.ts";
        fuzz({ seeds: [Uint8Array.of(1)], run: () => { for (;;); }, runs: 5, seed: 3, maxMilliseconds: 20 });`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    platform: "node",
    write: false,
  }).outputFiles[0].text;
  const child = spawnSync(process.execPath, ["-e", bundle], { encoding: "utf8", timeout: 60_000 });
  expect(child.stderr).toContain("fuzz: seed 3, index 0 hangs");
  expect(child.signal).toBe("SIGKILL");
});
