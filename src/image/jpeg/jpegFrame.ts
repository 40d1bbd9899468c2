import { ImageError } from "../../errors.ts";
import { MAX_PIXELS } from "../imageLimits.ts";

/** What a JPEG's frame header (SOF, ITU-T T.81 section B.2.2) says. */
export interface JpegFrame {
  progressive: boolean;
  width: number;
  height: number;
  components: JpegComponent[];
  /** The largest sampling factors: a component that has both has a sample for every pixel. */
  maxHorizontal: number;
  maxVertical: number;
  /** An MCU is the unit of an interleaved scan: all components' blocks over the same pixels. */
  mcusPerLine: number;
  mcusPerColumn: number;
}

export interface JpegComponent {
  id: number;
  /** Blocks of a MCU across and down, 1 to 4. */
  horizontal: number;
  vertical: number;
  quantizationTable: number;
  /** Blocks that hold pixels, as a scan of this component alone counts them. */
  blocksPerLine: number;
  blocksPerColumn: number;
}

const BLOCK = 8;

/** SOF markers that are no baseline, extended or progressive Huffman JPEG. */
const UNREADABLE_FRAMES: Record<number, string> = {
  195: "lossless JPEG",
  197: "hierarchical JPEG",
  198: "hierarchical JPEG",
  199: "hierarchical lossless JPEG",
  201: "arithmetic-coded JPEG",
  202: "arithmetic-coded progressive JPEG",
  203: "arithmetic-coded lossless JPEG",
  205: "arithmetic-coded hierarchical JPEG",
  206: "arithmetic-coded hierarchical JPEG",
  207: "arithmetic-coded hierarchical lossless JPEG",
};

const CONVERT = "Convert it to an ordinary 8 bit JPEG or to PNG.";

/** True for every start of frame, readable or not. */
export function isFrameMarker(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xc2) || marker in UNREADABLE_FRAMES;
}

/**
 * `segment` is what follows the marker and its length.
 *
 * @throws ImageError for what cannot be decoded rightly.
 */
export function readJpegFrame(marker: number, segment: Uint8Array, where: string): JpegFrame {
  const unreadable = UNREADABLE_FRAMES[marker];
  if (unreadable) {
    throw unsupported(where, "a baseline or progressive Huffman-coded JPEG", unreadable);
  }
  const count = segment[5];
  if (segment.length < 6 || segment.length !== 6 + 3 * count) {
    throw new ImageError({
      where: `${where}: frame header`,
      expected: "6 bytes and 3 for each component",
      got: `${segment.length} bytes`,
      hint: "The file is damaged.",
    });
  }
  const precision = segment[0];
  if (precision !== 8) throw unsupported(where, "8 bits a sample", `a JPEG of ${precision} bits`);
  if (count !== 1 && count !== 3 && count !== 4) {
    throw unsupported(where, "1 (gray), 3 (color) or 4 (CMYK) components", `${count}`);
  }

  const height = segment[1] * 256 + segment[2];
  const width = segment[3] * 256 + segment[4];
  if (width === 0 || height === 0) {
    throw unsupported(where, "a width and height of at least 1", `${width} x ${height} in the frame header`);
  }
  if (width * height > MAX_PIXELS) {
    throw new ImageError({
      where,
      expected: `at most ${MAX_PIXELS / 1e6} megapixels`,
      got: `${width} x ${height}`,
      hint: "Make the image smaller first.",
    });
  }
  return layOut(marker === 0xc2, width, height, readSamplings(segment, where));
}

interface Sampling {
  id: number;
  horizontal: number;
  vertical: number;
  quantizationTable: number;
}

function readSamplings(segment: Uint8Array, where: string): Sampling[] {
  const samplings: Sampling[] = [];
  for (let at = 6; at < segment.length; at += 3) {
    samplings.push({
      id: segment[at],
      horizontal: segment[at + 1] >> 4,
      vertical: segment[at + 1] & 15,
      quantizationTable: segment[at + 2],
    });
  }
  const text = samplings.map((s) => `${s.horizontal}x${s.vertical}`).join(", ");
  const { maxHorizontal, maxVertical } = largestFactors(samplings);
  for (const { horizontal, vertical } of samplings) {
    if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4) {
      throw unsupported(where, "sampling factors from 1 to 4", text);
    }
    // A factor of 2/3 would make chroma samples straddle pixels; libjpeg refuses it too.
    if (maxHorizontal % horizontal !== 0 || maxVertical % vertical !== 0) {
      throw unsupported(where, "sampling factors that divide the largest one", text);
    }
  }
  if (new Set(samplings.map((s) => s.id)).size !== samplings.length) {
    throw unsupported(where, "components of different ids", samplings.map((s) => s.id).join(", "));
  }
  // An MCU of a single component is one block, whatever its factors are (section A.2.2).
  return samplings.length > 1 ? samplings : [{ ...samplings[0], horizontal: 1, vertical: 1 }];
}

function layOut(progressive: boolean, width: number, height: number, samplings: Sampling[]): JpegFrame {
  const { maxHorizontal, maxVertical } = largestFactors(samplings);
  return {
    progressive,
    width,
    height,
    components: samplings.map((sampling) => ({
      ...sampling,
      blocksPerLine: Math.ceil((width * sampling.horizontal) / maxHorizontal / BLOCK),
      blocksPerColumn: Math.ceil((height * sampling.vertical) / maxVertical / BLOCK),
    })),
    maxHorizontal,
    maxVertical,
    mcusPerLine: Math.ceil(width / BLOCK / maxHorizontal),
    mcusPerColumn: Math.ceil(height / BLOCK / maxVertical),
  };
}

function largestFactors(samplings: readonly Sampling[]): { maxHorizontal: number; maxVertical: number } {
  return {
    maxHorizontal: Math.max(...samplings.map((s) => s.horizontal)),
    maxVertical: Math.max(...samplings.map((s) => s.vertical)),
  };
}

function unsupported(where: string, expected: string, got: string): ImageError {
  return new ImageError({ where, expected, got, hint: CONVERT });
}
