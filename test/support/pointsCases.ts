import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CaseReport, VerifyModelOptions } from "../../src/verify/verifyCase.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { goldenAt } from "./goldens.ts";
import { syntheticStateDict } from "./syntheticCheckpoint.ts";

const SAMPLES = new URL("../../samples", import.meta.url).pathname;

/** Runs a case of a golden model of Objects as Points. The weights alone decide which model that is. */
export async function verifyPointsCase(
  folder: string,
  name: string,
  options: VerifyModelOptions,
): Promise<CaseReport> {
  const golden = await goldenAt(join(folder, name));
  const weights = options.weights ?? (await syntheticStateDict(folder));
  const readImage = async (file: string) => {
    const bytes = await readFile(join(folder, name, file)).catch(() => readFile(join(SAMPLES, file)));
    return new Uint8Array(bytes);
  };
  return verifyModel(undefined, golden, { ...options, weights }, readImage);
}
