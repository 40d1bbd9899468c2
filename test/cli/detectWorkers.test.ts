import { expect, test } from "vitest";
import { EXIT } from "../../src/cli/failures.ts";
import { SAMPLES } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const run = (...args: string[]) => runCli(["detect", `${SAMPLES}people.jpg`, "--no-draw", ...args]);

test("what takes one image at a time refuses several workers, before anything is loaded", async () => {
  for (const [flag, ...values] of [["--profile"], ["--activations", "backbone.*"]]) {
    // A model of no name: it would be refused next.
    const asked = [flag, ...values, "--model", "none"];
    expect(await run(...asked, "--workers", "2")).toEqual({
      code: EXIT.usage,
      stdout: "",
      stderr: `centernet: option --workers: expected 1 or auto with ${flag}, which takes one image at a time, got 2.\n`,
    });
    for (const workers of ["1", "auto"])
      expect((await run(...asked, "--workers", workers)).code).toBe(EXIT.model);
  }
});

test("--workers says what it takes", async () => {
  for (const [text, got] of [
    ["0", '"0"'],
    ["65", '"65"'],
    ["", '""'],
    ["all", '"all"'],
  ]) {
    const { code, stderr } = await run("--workers", text);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toBe(
      `centernet: option --workers: expected a whole number from 1 to 64, or auto, got ${got}.\n`,
    );
  }
});
