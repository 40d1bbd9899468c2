import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and those above it that are missing, one by one from the top. Node's own recursive `mkdir`
 * tries for ever where a file system denies that there is such a folder and makes none either, as /proc does.
 *
 * @throws the file system's own error.
 */
export async function makeFolders(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let next = resolve(folder); !(await standsAsFolder(next)); next = dirname(next)) missing.push(next);
  for (const next of missing.reverse()) {
    await mkdir(next).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else may just have made it.
      if (error.code !== "EEXIST" || !(await standsAsFolder(next))) throw error;
    });
  }
}

async function standsAsFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && dirname(path) !== path) return false;
    throw error;
  }
  throw new Error(`a file at ${path}`);
}
