import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type GoldenCase, readGoldenCase } from "../../src/verify/goldenCase.ts";

/** The cases that the repository holds; large taps of theirs are sampled. */
export const OWN_GOLDENS = new URL("../goldens", import.meta.url).pathname;

/** The whole set, if CENTERNET_GOLDENS names its folder. */
export const ALL_GOLDENS = process.env.CENTERNET_GOLDENS;

export function goldenAt(folder: string): Promise<GoldenCase> {
  return readGoldenCase(async (name) => new Uint8Array(await readFile(join(folder, name))), folder);
}
