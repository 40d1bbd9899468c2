import { DEFAULT_MODEL, modelNamed } from "../../models/models.ts";
import { cachedArchive } from "../../platform/archiveCache.ts";
import { packagedWeights } from "../../platform/packagedWeights.ts";
import { printError, type Session } from "../io.ts";

/**
 * Downloads the archive of a model that neither ships with the package nor is in the cache. What it reports goes to
 * standard error, since standard output may hold JSON.
 *
 * @throws ModelError as `pullModel` does.
 */
export async function pullFirst(
  model: string | undefined,
  quiet: boolean | undefined,
  session: Session,
): Promise<void> {
  const { name } = modelNamed(model ?? DEFAULT_MODEL);
  if (packagedWeights(name) || (await cachedArchive(name)) !== undefined) return;
  const report = quiet ? () => {} : printError;
  const { pullModel } = await import("../commands/pull.ts");
  await pullModel(name, {}, session, { say: report, note: report });
}
