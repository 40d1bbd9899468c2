import { BitReader } from "./bitReader.ts";
import { type BlockCoder, blockDecoder } from "./decodeBlock.ts";
import { intervalsOf } from "./entropyData.ts";
import { huffmanTable } from "./huffmanTable.ts";
import type { JpegComponent, JpegFrame } from "./jpegFrame.ts";
import { scanUnits } from "./jpegScan.ts";
import type { CodedScan } from "./readJpegFile.ts";
import { BLOCK_CELLS } from "./zigzag.ts";

/** Of a component, 64 a block: its blocks row by row, those that fill up the last MCUs included. */
export type Coefficients = Int16Array;

export function newCoefficients(frame: JpegFrame, { horizontal, vertical }: JpegComponent): Coefficients {
  return new Int16Array(frame.mcusPerLine * horizontal * frame.mcusPerColumn * vertical * BLOCK_CELLS);
}

/**
 * Reads what a scan tells into its components' coefficients: interval by interval, each of which starts anew
 * (ITU-T T.81 section E.2.4).
 *
 * @throws ImageError for data that end early or hold what is no code.
 */
export function decodeScan(
  { scan, restartInterval, data }: CodedScan,
  frame: JpegFrame,
  coefficientsOf: ReadonlyMap<JpegComponent, Coefficients>,
  where: string,
): void {
  const { isInterleaved, unitsPerLine, units } = scanUnits(scan, frame);
  const parts = scan.components.map(({ component, dcCode, acCode }) => ({
    across: isInterleaved ? component.horizontal : 1,
    down: isInterleaved ? component.vertical : 1,
    blocksPerLine: frame.mcusPerLine * component.horizontal,
    coder: {
      coefficients: coefficientsOf.get(component) as Coefficients,
      dc: huffmanTable(dcCode),
      ac: huffmanTable(acCode),
      lastMean: 0,
    } satisfies BlockCoder,
  }));
  const decodeBlock = blockDecoder(scan, frame);
  const { start, end, low } = scan;
  const interval = restartInterval || units;
  let unit = 0;
  for (const intervalData of intervalsOf(data)) {
    const bits = new BitReader(intervalData, where);
    const pass = { bits, start, end, low, emptyBlocks: 0 };
    for (const { coder } of parts) coder.lastMean = 0;
    for (const stop = Math.min(unit + interval, units); unit < stop; unit++) {
      const unitLine = Math.floor(unit / unitsPerLine);
      for (const { across, down, blocksPerLine, coder } of parts) {
        const first = unitLine * down * blocksPerLine + (unit % unitsPerLine) * across;
        for (let row = 0; row < down; row++) {
          for (let column = 0; column < across; column++) {
            decodeBlock(coder, (first + row * blocksPerLine + column) * BLOCK_CELLS, pass);
          }
        }
      }
    }
    if (unit < units && bits.hasMore()) throw bits.damaged("more data than blocks before a restart");
  }
}
