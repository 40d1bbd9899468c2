/** The folder of pulled archives. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cacheFolder.ts";

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
