import { decode } from "jpeg-js";
import { ImageError } from "../../errors.ts";
import { concatenate } from "../concatenate.ts";
import { readOrientation, UPRIGHT } from "../exif/readOrientation.ts";
import { turnUpright } from "../exif/turnUpright.ts";
import { MAX_JPEG_MEMORY_IN_MB, MAX_PIXELS } from "../imageLimits.ts";
import type { Picture } from "../picture.ts";
import { type JpegColours, jpegColours } from "./jpegColours.ts";
import type { JpegFrame } from "./jpegFrame.ts";
import { readJpegFile } from "./readJpegFile.ts";

const MEGABYTE = 1024 * 1024;

/** jpeg-js counts its tables too, a few kilobytes that the estimate leaves out. */
const TABLES_IN_MB = 16;

/**
 * Decodes a JPEG, baseline or progressive, grey, colour or CMYK, and turns it upright by its Exif
 * orientation. The pixels come from jpeg-js, which sees a checked copy of the file: only the segments
 * that it needs. It repeats chroma samples where libjpeg interpolates them, so a subsampled picture
 * differs from libjpeg's by up to 25 of 255 at hard edges of colour.
 */
export function decodeJpeg(bytes: Uint8Array, where: string): Picture {
  const file = readJpegFile(bytes, where);
  checkMemory(file.frame, where);
  const colours = jpegColours(file);
  const stored = runDecoder(decodable(file.essentials, colours), colours, where);
  return turnUpright(stored, file.exif ? readOrientation(file.exif) : UPRIGHT);
}

function runDecoder(bytes: Uint8Array, colours: JpegColours, where: string): Picture {
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: colours === "YCbCr" || colours === "YCCK",
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_JPEG_MEMORY_IN_MB + TABLES_IN_MB,
    });
    return { width, height, data };
  } catch (cause) {
    // jpeg-js speaks in plain errors, and in TypeErrors where data contradict each other.
    const isPlain = cause instanceof Error && cause.constructor === Error;
    const got = isPlain ? `an error of the decoder: ${cause.message}` : "data that contradict each other";
    const hint = "The file is damaged.";
    throw new ImageError({ where, expected: "a whole JPEG", got, hint }, { cause });
  }
}

/** The same sum as jpeg-js does while it allocates: coefficients, samples, then two copies of the pixels. */
function checkMemory(frame: JpegFrame, where: string): void {
  const { width, height, components, mcusPerLine, mcusPerColumn } = frame;
  let memory = width * height * (components.length + 3);
  for (const { horizontal, vertical, blocksPerLine, blocksPerColumn } of components) {
    memory += mcusPerLine * horizontal * mcusPerColumn * vertical * 64 * 4;
    memory += blocksPerLine * blocksPerColumn * 64;
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

function decodable(essentials: Uint8Array[], colours: JpegColours): Uint8Array {
  const startOfImage = Uint8Array.of(0xff, 0xd8);
  const endOfImage = Uint8Array.of(0xff, 0xd9);
  return concatenate([startOfImage, ...adobeSegment(colours), ...essentials, endOfImage]);
}

/** jpeg-js refuses four components without Adobe's APP14 segment: length, name, version, flags, transform. */
function adobeSegment(colours: JpegColours): Uint8Array[] {
  if (colours !== "CMYK" && colours !== "YCCK") return [];
  const name = [..."Adobe"].map((letter) => letter.charCodeAt(0));
  const transform = colours === "YCCK" ? 2 : 0;
  return [Uint8Array.of(0xff, 0xee, 0, 14, ...name, 0, 100, 0, 0, 0, 0, transform)];
}
