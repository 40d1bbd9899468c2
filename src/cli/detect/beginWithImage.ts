import { readFileSync, statSync } from "node:fs";
import { beginHeadStart } from "../../batch/headStart.ts";
import { systemPath } from "../../platform/pathBytes.ts";

const IMAGE = /\.(jpe?g|png)$/i;
/** Larger images wait until it is sure that they are wanted. */
const MAX_BYTES = 2 ** 23;

/**
 * Has the first argument that names an image decoded, before the arguments are understood. It may be the value of a flag, or
 * there may be an error in another argument: then nothing has happened but a few milliseconds of work on a thread.
 */
export function beginWithImage(args: readonly string[]): void {
  const path = args.find((arg) => IMAGE.test(arg) && !arg.startsWith("-"));
  if (path === undefined) return;
  try {
    const place = systemPath(path);
    const info = statSync(place);
    if (!info.isFile() || info.size > MAX_BYTES) return;
    const bytes = new Uint8Array(readFileSync(place));
    beginHeadStart(async () => bytes, path);
  } catch {
    // Whoever reads the image in its turn says what is wrong with it.
  }
}
