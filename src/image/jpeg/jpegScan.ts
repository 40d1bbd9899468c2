import { ImageError } from "../../errors.ts";
import type { JpegComponent, JpegFrame } from "./jpegFrame.ts";
import { type HuffmanCode, type JpegTables, LONGEST_CODE } from "./jpegTables.ts";

/** A component in a scan, with the tables that hold for it there. */
export interface ScanComponent {
  readonly component: JpegComponent;
  readonly quantization: Uint16Array;
  /** Empty where the scan does not need them. */
  readonly dcCode: HuffmanCode;
  readonly acCode: HuffmanCode;
}

/** What a scan header (SOS, ITU-T T.81 section B.2.3) says. */
export interface JpegScan {
  readonly components: readonly ScanComponent[];
  /** Of the progressive mode: which coefficients, from `start` to `end`, and from which bit down to which. */
  readonly start: number;
  readonly end: number;
  readonly high: number;
  readonly low: number;
  /** Holds the first bits of its components' mean values (DC): without such a scan there is no image. */
  readonly startsComponents: boolean;
}

const LAST_COEFFICIENT = 63;
const MAX_BIT_POSITION = 13;
const NO_CODE: HuffmanCode = { codesOfLength: new Uint8Array(LONGEST_CODE), values: new Uint8Array(0) };

/** `segment` is what follows the marker and its length; `where` names the file and the scan. */
export function readJpegScan(
  segment: Uint8Array,
  frame: JpegFrame,
  tables: JpegTables,
  where: string,
): JpegScan {
  const count = segment[0];
  if (count < 1 || count > 4 || segment.length !== 4 + 2 * count) {
    throw damaged(where, "1 to 4 components and a matching length", `${count} in ${segment.length} bytes`);
  }
  const [start, end, approximation] = segment.subarray(1 + 2 * count);
  const high = approximation >> 4;
  const low = approximation & 15;
  if (frame.progressive) checkProgression(count, start, end, high, low, where);

  const isFirstPass = !frame.progressive || high === 0;
  const hasDc = !frame.progressive || start === 0;
  const hasAc = !frame.progressive || start > 0;
  const components: ScanComponent[] = [];
  for (let i = 0; i < count; i++) {
    const id = segment[1 + 2 * i];
    const component = frame.components.find((c) => c.id === id);
    if (!component || components.some((other) => other.component === component)) {
      throw damaged(where, "each component of the frame at most once", `component ${id}`);
    }
    const quantization = tables.quantization.get(component.quantizationTable);
    if (!quantization) {
      throw damaged(where, `quantization table ${component.quantizationTable} before its use`, "none");
    }
    const dcTable = segment[2 + 2 * i] >> 4;
    const acTable = segment[2 + 2 * i] & 15;
    if (hasDc && isFirstPass && !tables.huffmanDc.has(dcTable)) {
      throw damaged(where, `DC Huffman table ${dcTable} before its use`, "none");
    }
    if (hasAc && !tables.huffmanAc.has(acTable)) {
      throw damaged(where, `AC Huffman table ${acTable} before its use`, "none");
    }
    const dcCode = tables.huffmanDc.get(dcTable) ?? NO_CODE;
    const acCode = tables.huffmanAc.get(acTable) ?? NO_CODE;
    components.push({ component, quantization, dcCode, acCode });
  }
  return { components, start, end, high, low, startsComponents: hasDc && isFirstPass };
}

/** Section G.1.1.1: a scan refines either mean values or one component's other coefficients. */
function checkProgression(
  count: number,
  start: number,
  end: number,
  high: number,
  low: number,
  where: string,
): void {
  const isDc = start === 0 && end === 0;
  const isAc = start > 0 && end >= start && end <= LAST_COEFFICIENT;
  const oneBitLess = high === 0 || low === high - 1;
  if (!(isDc || (isAc && count === 1)) || !oneBitLess || low > MAX_BIT_POSITION) {
    const got = `coefficients ${start} to ${end}, bits ${high} to ${low}`;
    throw damaged(where, "a scan of the progressive mode", `${got}, ${count} components`);
  }
}

/**
 * What a scan counts in, and restarts after a number of: MCUs, or the blocks of its only component that hold
 * pixels (section A.2).
 */
export function scanUnits(
  { components }: JpegScan,
  { mcusPerLine, mcusPerColumn }: JpegFrame,
): { isInterleaved: boolean; unitsPerLine: number; units: number } {
  if (components.length > 1) {
    return { isInterleaved: true, unitsPerLine: mcusPerLine, units: mcusPerLine * mcusPerColumn };
  }
  const { blocksPerLine, blocksPerColumn } = components[0].component;
  return { isInterleaved: false, unitsPerLine: blocksPerLine, units: blocksPerLine * blocksPerColumn };
}

function damaged(where: string, expected: string, got: string): ImageError {
  return new ImageError({ where, expected, got, hint: "The file is damaged." });
}
