import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadArchive } from "../../../../src/cli/pull/downloadArchive.ts";
import type { Download } from "../../../../src/cli/pull/transfer.ts";
import { temporaryFolder } from "../../support/folders.ts";

const NAME = "model.tar.gz";

/** Long enough for the slowest machine to be no silence. */
const idleMilliseconds = 60_000;
export const TWO_RETRIES = { idleMilliseconds, pauses: [1, 1] };
export const NO_RETRY = { idleMilliseconds, pauses: [] };

/** A cache folder, and pulls into it. */
export async function cacheFolder(folder?: string) {
  const cache = folder ?? (await temporaryFolder());
  const path = join(cache, NAME);
  return {
    cache,
    path,
    pull: (url: string, options: Partial<Download> = {}) => {
      const signal = new AbortController().signal;
      return downloadArchive({ url: new URL(NAME, url), path, signal, patience: TWO_RETRIES, ...options });
    },
    /** Whether the archive is these bytes. A failing `toEqual` would list them all. */
    holds: async (bytes: Buffer) => (await readFile(path)).equals(bytes),
    files: () => readdir(cache),
  };
}

export const WHOLE = [NAME];
