import { ImageError } from "../../errors.ts";
import { readOrientation, turnUpright, UPRIGHT } from "../exif.ts";
import { MAX_JPEG_MEMORY_IN_MB } from "../imageLimits.ts";
import type { RgbImage } from "../rgbImage.ts";
import { componentSamples } from "./componentSamples.ts";
import { type Coefficients, decodeScan, newCoefficients } from "./decodeScan.ts";
import { jpegColours } from "./jpegColours.ts";
import type { JpegComponent, JpegFrame } from "./jpegFrame.ts";
import type { ScanComponent } from "./jpegScan.ts";
import { type CodedScan, type JpegFile, readJpegFile } from "./readJpegFile.ts";
import { toPicture } from "./toPicture.ts";
import { BLOCK_CELLS } from "./zigzag.ts";

const MEGABYTE = 1024 * 1024;

/**
 * Decodes a JPEG, baseline or progressive, grey, colour or CMYK, and turns it upright by its Exif orientation. Every
 * pixel is that of jpeg-js 0.4.4, which takes several times as long; it repeats chroma samples where libjpeg
 * interpolates them, so a subsampled picture differs from libjpeg's by up to 25 of 255 at hard edges of colour.
 */
export function decodeJpeg(bytes: Uint8Array, where: string): RgbImage {
  const file = readJpegFile(bytes, where);
  checkMemory(file.frame, where);
  return turnUpright(decodePixels(file, where), file.exif ? readOrientation(file.exif) : UPRIGHT);
}

function decodePixels(file: JpegFile, where: string): RgbImage {
  const { frame, scans } = file;
  const coefficients = new Map(
    frame.components.map((component) => [component, newCoefficients(frame, component)]),
  );
  for (const scan of scans) decodeScan(scan, frame, coefficients, where);
  const samples = frame.components.map((component) =>
    componentSamples(
      frame,
      component,
      coefficients.get(component) as Coefficients,
      quantizationOf(scans, component),
    ),
  );
  return toPicture(frame, samples, jpegColours(file));
}

/** The table that held when the component's first scan began: a file may define another one later. */
function quantizationOf(scans: readonly CodedScan[], component: JpegComponent): Uint16Array {
  const first = scans.flatMap(({ scan }) => scan.components).find((own) => own.component === component);
  return (first as ScanComponent).quantization;
}

/** Coefficients of two bytes, samples, pixels. */
function checkMemory(frame: JpegFrame, where: string): void {
  const { width, height, components, mcusPerLine, mcusPerColumn } = frame;
  let memory = width * height * 3;
  for (const { horizontal, vertical, blocksPerLine, blocksPerColumn } of components) {
    memory += mcusPerLine * horizontal * mcusPerColumn * vertical * BLOCK_CELLS * 2;
    memory += blocksPerLine * blocksPerColumn * BLOCK_CELLS;
  }
  const megabytes = Math.ceil(memory / MEGABYTE);
  if (megabytes <= MAX_JPEG_MEMORY_IN_MB) return;
  throw new ImageError({
    where,
    expected: `a JPEG that takes at most ${MAX_JPEG_MEMORY_IN_MB} MB to decode`,
    got: `${megabytes} MB for ${width} x ${height}`,
    hint: "Make the picture smaller first.",
  });
}
