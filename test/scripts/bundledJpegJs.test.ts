import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { type Plugin, rolldown } from "rolldown";
import { expect, test } from "vitest";
import { decodeJpeg } from "../../src/image/jpeg/decodeJpeg.ts";
import { encodeRgb } from "../../src/image/jpeg/jpegJsEncoder.ts";
import { numberedPicture } from "../image/fixtures.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const PLUGIN = new URL("../../scripts/bundledJpegJs.mjs", import.meta.url).href;

async function bundled(file: string, plugins: Plugin[]): Promise<string> {
  const bundle = await rolldown({
    input: join(ROOT, "src/image/jpeg", file),
    platform: "browser",
    plugins,
  });
  const { output } = await bundle.generate({ format: "iife", name: "bundle" });
  return output[0].code;
}

test("bundled for a browser, which has no Buffer, the encoder gives the bytes that it gives in Node", async () => {
  const { bundledJpegJs } = await import(PLUGIN);
  const code = await bundled("encodeJpeg.ts", [bundledJpegJs]);
  const picture = numberedPicture(21, 13);
  const page: Record<string, unknown> = { picture, Uint8Array };
  const result = runInNewContext(`${code}; bundle.encodeJpeg(picture)`, page);
  expect(result).toEqual(encodeRgb(picture, 92));
  expect(page.Buffer).toBeUndefined();
});

test("without the plugin it would not run there", async () => {
  const code = await bundled("encodeJpeg.ts", []);
  const page = { picture: numberedPicture(2, 2), Uint8Array };
  expect(() => runInNewContext(`${code}; bundle.encodeJpeg(picture)`, page)).toThrow("Buffer is not defined");
});

test("the decoder gives the bytes that it gives in Node: photos, one color, noise, a single column", async () => {
  const { bundledJpegJs } = await import(PLUGIN);
  const code = await bundled("decodeJpeg.ts", [bundledJpegJs]);
  const { decodeJpeg: decode } = runInNewContext(`${code}; bundle`, { Uint8Array, Int32Array, console });
  const samples = readdirSync(join(ROOT, "samples")).filter((name) => name.endsWith(".jpg"));
  expect(samples.length).toBeGreaterThan(2);
  const files = [
    ...samples.map((name) => new Uint8Array(readFileSync(join(ROOT, "samples", name)))),
    ...[0, 1, 127, 128, 254, 255].map((level) => encodeRgb(evenPicture(40, 24, level), 92)),
    encodeRgb(noise(61, 47), 92),
    encodeRgb(noise(1, 33), 92),
  ];
  for (const file of files) {
    const { width, height, data } = decode(file, "image");
    const expected = decodeJpeg(file, "image");
    expect([width, height]).toEqual([expected.width, expected.height]);
    expect(Buffer.compare(data, expected.data)).toBe(0);
  }
});

test("another decoder than the one that is known is an error of the build", async () => {
  const { changedJpegJs } = await import(PLUGIN);
  expect(() => changedJpegJs("/jpeg-js/lib/decoder.js", "module.exports = decode;")).toThrow(
    "jpeg-js has changed",
  );
});

function evenPicture(width: number, height: number, level: number) {
  return { width, height, data: new Uint8Array(width * height * 3).fill(level) };
}

/** Each pixel of its own color: Knuth's multiplicative hash of its place. */
function noise(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);
  return { width, height, data };
}
