import type { Orientation } from "../exif.ts";
import { readOrientation, turnUpright, UPRIGHT } from "../exif.ts";
import type { RgbImage } from "../rgbImage.ts";
import { decodePngFile } from "./decodePng.ts";
import type { PngFile } from "./readPngFile.ts";
import { type SizedPass, unpackSamples } from "./writePass.ts";

const OPAQUE = 255;

/**
 * The pixels of a PNG of at most 8 bits per sample, as `decodePng` has them, and the alpha of each, turned upright like
 * them: of an alpha channel, of a palette, or of the one color that is transparent. Undefined if it has none.
 *
 * @throws ImageError for a damaged file.
 */
export function decodePngWithAlpha(file: PngFile, where: string): { image: RgbImage; alpha?: Uint8Array } {
  const { header, transparency, exif } = file;
  const hasChannel = header.kind === "greyAlpha" || header.kind === "rgbAlpha";
  if (!hasChannel && !transparency) return { image: decodePngFile(file, where) };
  const { width, height, channels, bitDepth } = header;
  const alpha = new Uint8Array(width * height);
  const alphaOf = hasChannel ? channelAlpha(channels) : storedAlpha(file, transparency ?? new Uint8Array(0));
  const seePass = (pass: SizedPass, rows: Uint8Array, rowBytes: number) => {
    const samples = new Uint8Array(pass.width * channels);
    for (let row = 0; row < pass.height; row++) {
      const at = row * (rowBytes + 1) + 1;
      if (bitDepth === 8) samples.set(rows.subarray(at, at + samples.length));
      else unpackSamples(rows, at, bitDepth, samples);
      const y = pass.top + row * pass.stepY;
      for (let column = 0; column < pass.width; column++) {
        alpha[y * width + pass.left + column * pass.stepX] = alphaOf(samples, column * channels);
      }
    }
  };
  const image = decodePngFile(file, where, seePass);
  return { image, alpha: turned(alpha, width, height, exif ? readOrientation(exif) : UPRIGHT) };
}

/** Turned as an image of three equal channels. */
function turned(alpha: Uint8Array, width: number, height: number, orientation: Orientation): Uint8Array {
  if (orientation === UPRIGHT) return alpha;
  const data = new Uint8Array(alpha.length * 3);
  alpha.forEach((value, pixel) => {
    data.fill(value, pixel * 3, pixel * 3 + 3);
  });
  const upright = turnUpright({ width, height, data }, orientation).data;
  return alpha.map((_, pixel) => upright[pixel * 3]);
}

type AlphaOf = (samples: Uint8Array, at: number) => number;

function channelAlpha(channels: number): AlphaOf {
  return (samples, at) => samples[at + channels - 1];
}

/** Colors of a palette beyond the table are opaque. A transparent color is stored in 16 bits per sample. */
function storedAlpha({ header }: PngFile, transparency: Uint8Array): AlphaOf {
  if (header.kind === "palette") return (samples, at) => transparency[samples[at]] ?? OPAQUE;
  const color = Array.from({ length: header.channels }, (_, i) => transparency[i * 2 + 1]);
  return (samples, at) => (color.every((value, i) => samples[at + i] === value) ? 0 : OPAQUE);
}
