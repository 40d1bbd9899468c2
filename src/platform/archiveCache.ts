/** The folder of pulled archives. */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * `$CENTERNET_CACHE`, else `centernet` in `$XDG_CACHE_HOME`, else `centernet` in `~/.cache`. A relative
 * `$XDG_CACHE_HOME` is ignored, as its specification demands.
 */
export function cacheFolder(): string {
  const { CENTERNET_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return own;
  return join(shared && isAbsolute(shared) ? shared : join(homedir(), ".cache"), "centernet");
}

/** The path of a model's archive, whether or not it exists. */
export function archivePath(modelName: string, folder = cacheFolder()): string {
  return join(folder, `${modelName}.tar.gz`);
}

/** The path of a model's archive if it was pulled. Only complete archives ever have this name. */
export async function cachedArchive(modelName: string, folder?: string): Promise<string | undefined> {
  const path = archivePath(modelName, folder);
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() ? path : undefined;
}
