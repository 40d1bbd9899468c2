import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Download, downloadArchive } from "../../../../src/cli/pull/downloadArchive.ts";
import { temporaryFolder } from "../../support/folders.ts";

const NAME = "model.tar.gz";

/** The slowest machine must not count as a silent server. */
const idleMilliseconds = 60_000;
export const TWO_RETRIES = { idleMilliseconds, delays: [1, 1] };
export const NO_RETRIES = { idleMilliseconds, delays: [] };

/** A cache folder and pulls into it. */
export async function cacheFolder(folder?: string) {
  const cache = folder ?? (await temporaryFolder());
  const path = join(cache, NAME);
  return {
    cache,
    path,
    pull: (url: string, options: Partial<Download> = {}) => {
      const signal = new AbortController().signal;
      return downloadArchive({ url: new URL(NAME, url), path, signal, retryPolicy: TWO_RETRIES, ...options });
    },
    /** Whether the archive consists of these bytes. A failing `toEqual` would list them all. */
    holds: async (bytes: Buffer) => (await readFile(path)).equals(bytes),
    files: () => readdir(cache),
  };
}

/** The files in the folder after a complete pull. */
export const WHOLE = [NAME];
