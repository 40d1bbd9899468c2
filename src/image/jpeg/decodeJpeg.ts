import jpegJs from "jpeg-js";
import { ImageError } from "../../errors.ts";
import { readOrientation, turnUpright, UPRIGHT } from "../exif.ts";
import { MAX_JPEG_MEMORY_IN_MB } from "../imageLimits.ts";
import type { RgbImage } from "../rgbImage.ts";
import { convertColors, jpegColors } from "./convertColors.ts";
import type { JpegFrame } from "./jpegFrame.ts";
import { plainCmyk, plainJpeg } from "./plainJpeg.ts";
import { type JpegFile, readJpegFile } from "./readJpegFile.ts";
import { type Channel, enlargedRows } from "./upsampleChroma.ts";

/**
 * Decodes a JPEG, baseline or progressive, gray, color or CMYK, and turns it upright by its Exif orientation.
 * jpeg-js decodes the samples. Chroma is enlarged and colors are converted as in libjpeg. Since the inverse
 * DCTs round differently, channels differ from libjpeg's by up to 3 of 255.
 *
 * @throws ImageError for a file that is damaged, truncated, of an unsupported kind, or too large to decode.
 */
export function decodeJpeg(bytes: Uint8Array, where: string): RgbImage {
  return decodeJpegFile(readJpegFile(bytes, where), where);
}

/** The same of a file that was read before. */
export function decodeJpegFile(file: JpegFile, where: string): RgbImage {
  checkMemory(file.frame, where);
  const { width, height } = file.frame;
  const image = { width, height, data: decodePixels(file, where) };
  return turnUpright(image, file.exif ? readOrientation(file.exif) : UPRIGHT);
}

function decodePixels(file: JpegFile, where: string): Uint8Array {
  const { frame } = file;
  const channels = decodeChannels(file, where);
  const pixels = channels[0].data;
  const readRows = frame.components.map((component, i) => enlargedRows(channels[i], component, frame));
  convertColors(jpegColors(file), readRows, frame, pixels);
  return pixels;
}

/** Every component, its samples repeated to the image's size. */
function decodeChannels(file: JpegFile, where: string): Channel[] {
  const isCmyk = file.frame.components.length === 4;
  const data = decode(isCmyk ? plainCmyk(file, [0, 1, 2, 3]) : plainJpeg(file), file.frame, where);
  const channels = [0, 1, 2].map((index) => ({ data, index }));
  if (!isCmyk) return channels;
  return [...channels, { data: decode(plainCmyk(file, [3, 1, 2, 0]), file.frame, where), index: 0 }];
}

/** Three channels of 8 bits per pixel. A single component is repeated three times. */
function decode(bytes: Uint8Array, frame: JpegFrame, where: string): Uint8Array {
  try {
    const { data } = jpegJs.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: false,
      // Skips blocks below the image: the last restart interval of a scan may be shorter than the others.
      tolerantDecoding: true,
      // checkMemory and the frame's reader have checked both before anything is allocated.
      maxResolutionInMP: Number.POSITIVE_INFINITY,
      maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
    });
    return data;
  } catch (error) {
    throw refused(error, frame, where);
  }
}

/** What the messages of jpeg-js mean. */
const FAULTS: readonly { readonly message: RegExp; readonly got: string }[] = [
  { message: /^unexpected marker/, got: "data that end within it" },
  { message: /^(marker was not found|unknown JPEG marker)/, got: "more data than blocks before a restart" },
  { message: /^invalid huffman sequence/, got: "bits that are no Huffman code" },
  { message: /^invalid ACn encoding/, got: "a coefficient that becomes more than one bit" },
];

function refused(error: unknown, frame: JpegFrame, where: string): ImageError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError || /allocat|memory/i.test(message)) {
    return new ImageError(
      {
        where,
        expected: `some ${memoryInMb(frame)} MB of memory to decode ${frame.width} x ${frame.height}`,
        got: `less (${message})`,
        hint: "Make the image smaller first.",
      },
      { cause: error },
    );
  }
  const got = FAULTS.find((fault) => fault.message.test(message))?.got ?? `what jpeg-js refuses (${message})`;
  return new ImageError(
    { where, expected: "a whole JPEG", got, hint: "The file is damaged." },
    { cause: error },
  );
}

const MEGABYTE = 1024 * 1024;
const BLOCK_SAMPLES = 64;
/**
 * jpeg-js keeps an array of 64 numbers for every block; with what V8 adds, 480 to 640 bytes were measured.
 */
const BLOCK_BYTES = 560;

/**
 * Coefficients and samples, and the pixels: twice in jpeg-js, and once more for CMYK, which is decoded twice.
 */
function memoryInMb({ width, height, components, mcusPerLine, mcusPerColumn }: JpegFrame): number {
  let bytes = width * height * 3 * (components.length === 4 ? 3 : 2);
  for (const { horizontal, vertical } of components) {
    bytes += mcusPerLine * horizontal * mcusPerColumn * vertical * (BLOCK_BYTES + BLOCK_SAMPLES);
  }
  return Math.ceil(bytes / MEGABYTE);
}

function checkMemory(frame: JpegFrame, where: string): void {
  const megabytes = memoryInMb(frame);
  if (megabytes <= MAX_JPEG_MEMORY_IN_MB) return;
  throw new ImageError({
    where,
    expected: `a JPEG that takes at most ${MAX_JPEG_MEMORY_IN_MB} MB to decode`,
    got: `${megabytes} MB for ${frame.width} x ${frame.height}`,
    hint: "Make the image smaller first.",
  });
}
