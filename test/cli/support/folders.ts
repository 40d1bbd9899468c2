import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { encodePng } from "../../../src/image/imageFile.ts";

export const SAMPLES = new URL("../../../samples/", import.meta.url).pathname;

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a folder, making the folders in between. */
export async function write(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** A small PNG with nothing on it. */
export const EMPTY_PICTURE = encodePng({ width: 24, height: 16, data: new Uint8Array(24 * 16 * 3).fill(90) });
