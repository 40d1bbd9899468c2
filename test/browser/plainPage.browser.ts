import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { encodeRgb } from "../../src/image/jpeg/jpegJsEncoder.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { ROOT } from "./builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "./chromium.ts";
import { serve } from "./serve.ts";

const PHOTO = "grace-hopper.jpg";

/** What a page's author writes: no bundler, nothing beside the package. */
const PAGE = `<!doctype html>
<script type="module">
  import { decodeImage, encodeJpeg } from "/dist/index.js";
  const response = await fetch("/samples/${PHOTO}");
  const picture = decodeImage(new Uint8Array(await response.arrayBuffer()), "photo");
  const jpeg = encodeJpeg(picture);
  globalThis.done = { pixels: Array.from(picture.data), jpeg: Array.from(jpeg), buffer: typeof Buffer };
</script>
`;

test.skipIf(!chromiumPath && mayBeLeftOut)(
  "a plain module script reads a JPEG as Node does, and writes it with jpeg-js",
  async () => {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    const folder = await mkdtemp(join(tmpdir(), "centernet-plain-page-"));
    await writeFile(join(folder, "index.html"), PAGE);
    const dist = join(ROOT, "dist/browser");
    const server = await serve({ page: folder, dist, samples: join(ROOT, "samples") }, {});
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/page/index.html`);
      await page.waitForFunction("globalThis.done !== undefined");
      const done = await page.evaluate<{ pixels: number[]; jpeg: number[]; buffer: string }>("done");
      const photo = decodeImage(new Uint8Array(await readFile(join(ROOT, "samples", PHOTO))), PHOTO);
      expect(Buffer.compare(Uint8Array.from(done.pixels), photo.data)).toBe(0);
      expect(Buffer.compare(Uint8Array.from(done.jpeg), encodeRgb(photo, 92))).toBe(0);
      expect(done.buffer).toBe("undefined");
    } finally {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
