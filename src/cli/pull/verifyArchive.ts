import { openTarGz } from "../../checkpoints/archives/tarGz.ts";
import { ModelError } from "../../errors.ts";
import { findWeights } from "../../platform/node.ts";

/**
 * Reads a whole `.tar.gz` once, which holds its gzip's checksum and length against the contents, and finds
 * every file of the tar. Throws ModelError where it is damaged or something else; `where` is how it calls
 * the file.
 */
export async function verifyArchive(path: string, where: string, signal: AbortSignal): Promise<void> {
  const stored = await findWeights(path);
  if (stored.kind !== "archive") {
    throw new ModelError({ where, expected: "an archive", got: "not even its first bytes" });
  }
  const { file } = stored;
  const stream = async () => (await file.stream()).pipeThrough(new TransformStream(), { signal });
  try {
    const files = await openTarGz({ ...file, where, stream });
    await files.close();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
