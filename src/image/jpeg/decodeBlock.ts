/**
 * The coefficients of one block, as a scan of each kind tells them (ITU-T T.81, sequential: section F.2.2;
 * progressive: section G.2).
 */
import type { BitReader } from "./bitReader.ts";
import type { HuffmanTable } from "./huffmanTable.ts";
import type { JpegFrame } from "./jpegFrame.ts";
import type { JpegScan } from "./jpegScan.ts";
import { BLOCK_CELLS, ZIGZAG } from "./zigzag.ts";

/** Of a component, during a scan. */
export interface BlockCoder {
  readonly coefficients: Int16Array;
  /** For mean values and for all others. */
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
  /** Of the block before: the next is told as a difference. */
  lastMean: number;
}

/** What an interval of a scan tells of each block. */
export interface Pass {
  readonly bits: BitReader;
  /** The coefficients from `start` to `end`, in zigzag order, */
  readonly start: number;
  readonly end: number;
  /** down to this bit. */
  readonly low: number;
  /** So many blocks, from the one at hand on, have nothing more. */
  emptyBlocks: number;
}

/** Reads the block whose coefficients begin at `at`. */
export type DecodeBlock = (coder: BlockCoder, at: number, pass: Pass) => void;

export function blockDecoder({ start, high }: JpegScan, { progressive }: JpegFrame): DecodeBlock {
  if (!progressive) return sequential;
  if (start === 0) return high === 0 ? firstMean : refineMean;
  return high === 0 ? firstOthers : refineOthers;
}

const LAST = BLOCK_CELLS - 1;
/** A run of zeros without a coefficient behind it. */
const LONGEST_RUN = 15;

function sequential(coder: BlockCoder, at: number, { bits }: Pass): void {
  const { coefficients, dc, ac } = coder;
  coder.lastMean += bits.signed(bits.code(dc));
  coefficients[at] = coder.lastMean;
  for (let k = 1; k <= LAST; k++) {
    const runAndSize = bits.code(ac);
    const run = runAndSize >> 4;
    const size = runAndSize & 15;
    if (size === 0 && run < LONGEST_RUN) return;
    k += run;
    if (size > 0) coefficients[at + placeOf(k, bits)] = bits.signed(size);
  }
}

function firstMean(coder: BlockCoder, at: number, { bits, low }: Pass): void {
  coder.lastMean += bits.signed(bits.code(coder.dc)) << low;
  coder.coefficients[at] = coder.lastMean;
}

function refineMean({ coefficients }: BlockCoder, at: number, { bits, low }: Pass): void {
  coefficients[at] |= bits.bits(1) << low;
}

function firstOthers({ coefficients, ac }: BlockCoder, at: number, pass: Pass): void {
  const { bits, start, end, low } = pass;
  if (pass.emptyBlocks > 0) {
    pass.emptyBlocks--;
    return;
  }
  for (let k = start; k <= end; k++) {
    const runAndSize = bits.code(ac);
    const run = runAndSize >> 4;
    const size = runAndSize & 15;
    if (size === 0 && run < LONGEST_RUN) {
      pass.emptyBlocks = (1 << run) - 1 + bits.bits(run);
      return;
    }
    k += run;
    if (size > 0) coefficients[at + placeOf(k, bits)] = bits.signed(size) * (1 << low);
  }
}

/** Nonzero coefficients get one more bit; others become nonzero, each behind a run of zeros that stay so. */
function refineOthers({ coefficients, ac }: BlockCoder, at: number, pass: Pass): void {
  const { bits, start, end, low } = pass;
  const bit = 1 << low;
  let k = start;
  while (k <= end && pass.emptyBlocks === 0) {
    const runAndSize = bits.code(ac);
    let run = runAndSize >> 4;
    const size = runAndSize & 15;
    if (size > 1) throw bits.damaged("a coefficient that becomes more than one bit");
    if (size === 0 && run < LONGEST_RUN) {
      pass.emptyBlocks = (1 << run) + bits.bits(run);
      break;
    }
    const value = size === 0 ? 0 : bits.bits(1) === 1 ? bit : -bit;
    for (let isPlaced = false; k <= end && !isPlaced; k++) {
      const place = at + ZIGZAG[k];
      if (coefficients[place] !== 0) refine(coefficients, place, bit, bits);
      else if (run > 0) run--;
      else {
        coefficients[place] = value;
        isPlaced = true;
      }
    }
  }
  if (pass.emptyBlocks === 0) return;
  pass.emptyBlocks--;
  for (; k <= end; k++) {
    const place = at + ZIGZAG[k];
    if (coefficients[place] !== 0) refine(coefficients, place, bit, bits);
  }
}

function refine(coefficients: Int16Array, place: number, bit: number, bits: BitReader): void {
  if (bits.bits(1) === 1) coefficients[place] += coefficients[place] < 0 ? -bit : bit;
}

function placeOf(k: number, bits: BitReader): number {
  if (k > LAST) throw bits.damaged("a coefficient beyond the last");
  return ZIGZAG[k];
}
