import { runInNewContext } from "node:vm";
import { build, type Plugin } from "esbuild";
import { expect, test } from "vitest";
import { encodeRgb } from "../../src/image/jpeg/jpegJsEncoder.ts";
import { numberedPicture } from "../image/fixtures.ts";

const PLUGIN = new URL("../../scripts/jpegJsForBrowsers.mjs", import.meta.url).href;

async function bundledEncoder(plugins: Plugin[]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL("../../src/image/jpeg/encodeJpeg.ts", import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "bundle",
    platform: "browser",
    plugins,
  });
  return outputFiles[0].text;
}

test("bundled for a browser, which has no Buffer, the encoder gives the bytes that it gives in Node", async () => {
  const { jpegJsForBrowsers } = await import(PLUGIN);
  const code = await bundledEncoder([jpegJsForBrowsers]);
  const picture = numberedPicture(21, 13);
  const page: Record<string, unknown> = { picture, Uint8Array };
  const result = runInNewContext(`${code}; bundle.encodeJpeg(picture)`, page);
  expect(result).toEqual(encodeRgb(picture, 92));
  expect(page.Buffer).toBeUndefined();
});

test("without the plugin it would not run there", async () => {
  const code = await bundledEncoder([]);
  const page = { picture: numberedPicture(2, 2), Uint8Array };
  expect(() => runInNewContext(`${code}; bundle.encodeJpeg(picture)`, page)).toThrow("Buffer is not defined");
});
