/** Code that is loaded until the first detection. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { READY, SITE_FOLDER, Site } from "../../test/site/page.ts";

/** Kilobytes as they are on the disk, which is minified, and compressed. */
export interface CodeSize {
  readonly minified: number;
  readonly compressed: number;
}

export async function measureCodeSize(): Promise<CodeSize> {
  const site = await Site.open();
  try {
    const { page, requests } = await site.visit("detect");
    await page.locator(READY.detect).waitFor();
    const assets = join(SITE_FOLDER, "assets");
    const loaded = readdirSync(assets)
      .filter((name) => requests.some((request) => request.endsWith(`/${name}`)))
      .map((name) => readFileSync(join(assets, name)));
    const kilobytes = (files: readonly Uint8Array[]) =>
      files.reduce((sum, { length }) => sum + length, 0) / 1e3;
    return {
      minified: kilobytes(loaded),
      compressed: kilobytes(loaded.map((bytes) => gzipSync(bytes, { level: 9 }))),
    };
  } finally {
    await site.close();
  }
}
