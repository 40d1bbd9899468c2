import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const MODELS = process.env.CENTERNET_HUMAN_MODELS;

test.skipIf(MODELS === undefined && mayBeLeftOut)(
  "convert makes the shipped weights again (needs CENTERNET_HUMAN_MODELS)",
  async () => {
    const output = join(await temporaryFolder(), "lightning.safetensors");
    const outcome = await runCli(["convert", `${MODELS}/models/movenet-lightning.json`, "-o", output]);
    expect(outcome).toEqual({
      code: 0,
      stdout: `${output}: movenet-lightning\n145 variables, 2,320,281 numbers, 4,654,922 bytes\n`,
      stderr: "",
    });
    const shipped = new URL("../../weights/movenet-lightning.safetensors", import.meta.url);
    expect((await readFile(output)).equals(await readFile(shipped))).toBe(true);
  },
);
