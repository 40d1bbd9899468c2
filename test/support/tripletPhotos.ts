import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CaseReport } from "../../src/verify/verifyCase.ts";
import { verifyTriplet } from "../../src/verify/verifyTriplet.ts";
import { goldenAt } from "./goldens.ts";
import type { Place } from "./openGraph.ts";
import { syntheticStateDict } from "./syntheticCheckpoint.ts";

const SAMPLES = new URL("../../samples/", import.meta.url).pathname;

/** Verifies a case of a golden model, from its image's bytes to the boxes; `model` is the model's folder. */
export async function verifyTripletCase(model: string, name: string, place: Place): Promise<CaseReport> {
  const folder = join(model, name);
  const weights = await syntheticStateDict(model);
  const readPhoto = async (file: string) => {
    const beside = await readFile(join(folder, file)).catch(() => undefined);
    return new Uint8Array(beside ?? (await readFile(join(SAMPLES, file))));
  };
  return verifyTriplet(undefined, await goldenAt(folder), { weights, ...place }, readPhoto);
}
