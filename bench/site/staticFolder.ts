/** A host without headers: how soon the page is isolated by its own service worker, and detects. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../test/browser/builtPage.ts";
import { READY, Site } from "../../test/site/page.ts";

/** Milliseconds since navigation. */
export interface StaticFolder {
  readonly isolated: number;
  readonly detected: number;
}

export async function measureStaticFolder(): Promise<StaticFolder> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-static-"));
  const write = `import { writeStaticSite } from "./scripts/staticSite.mjs"; await writeStaticSite("${folder}");`;
  execFileSync(process.execPath, ["--input-type=module", "-e", write], { cwd: ROOT });
  const site = await Site.open({}, undefined, folder);
  try {
    const start = performance.now();
    const { page } = await site.visit("detect");
    await page.waitForFunction(() => crossOriginIsolated);
    const isolated = performance.now() - start;
    await page.locator(READY.detect).waitFor();
    return { isolated, detected: performance.now() - start };
  } finally {
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }
}
