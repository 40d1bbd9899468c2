import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { type FuzzResult, fuzz } from "../support/fuzz.ts";
import { readFixture } from "./fixtures.ts";
import { IEND, ihdr, pngChunk, pngFile, repairChecksums } from "./pngFile.ts";

/** FUZZ_RUNS sets the number of mutants; the full count is 100,000 each. */
const timeout = 3_600_000;

function decode(bytes: Uint8Array): void {
  const { width, height, data } = decodeImage(bytes, "mutant");
  if (!(width > 0 && height > 0 && data.length === width * height * 3)) {
    throw new Error(`${width} x ${height} in ${data.length} bytes`);
  }
}

const JPEGS = [
  "1x1",
  "1x19",
  "baseline-420",
  "cmyk",
  "exif-6",
  "grey",
  "one-scan-a-component",
  "progressive-420",
  "restart-420",
  "restart-progressive-444",
];

test("mutants of JPEGs are decoded or refused", { timeout }, async () => {
  const seeds = JPEGS.map((name) => readFixture(`${name}.jpg`));
  const result = await fuzz({ seeds, run: decode, seed: 11 });
  report("JPEG", result);
  // JPEG has no checksums: many a mutant is an image.
  expect(result.accepted).toBeGreaterThan(0);
});

const PNGS = ["grey-1", "palette-2-interlaced", "rgb-8-interlaced", "rgb-alpha-16", "exif-6", "many-chunks"];
const pngs = PNGS.map((name) => readFixture(`${name}.png`));

test("mutants of PNGs are refused", { timeout }, async () => {
  const result = await fuzz({ seeds: pngs, run: decode, seed: 12 });
  report("PNG", result);
});

test("mutants of PNGs with their checksums repaired are decoded or refused", { timeout }, async () => {
  const run = (bytes: Uint8Array) => decode(repairChecksums(bytes));
  const result = await fuzz({ seeds: pngs, run, seed: 13 });
  report("PNG, checksums repaired", result);
  expect(result.accepted).toBeGreaterThan(0);
});

test("any bytes as a PNG's pixels are decoded or refused", { timeout }, async () => {
  const rows = new Uint8Array(11 * 14).map((_, i) => (i % 14 === 0 ? i % 5 : i * 7));
  const header = ihdr({ width: 13, height: 11, interlace: 0 });
  const run = (bytes: Uint8Array) =>
    decode(pngFile(header, pngChunk("IDAT", new Uint8Array(deflateSync(bytes))), IEND));
  const result = await fuzz({ seeds: [rows], run, seed: 14 });
  report("PNG pixels", result);
  expect(result.accepted).toBeGreaterThan(0);
});

function report(name: string, { accepted, refused, slowestMilliseconds }: FuzzResult): void {
  if (!process.env.FUZZ_RUNS) return;
  console.log(
    `${name}: ${accepted} decoded, ${refused} refused, slowest ${slowestMilliseconds.toFixed(0)} ms`,
  );
}
