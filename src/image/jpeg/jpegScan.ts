import { ImageError } from "../../errors.ts";
import type { JpegComponent, JpegFrame } from "./jpegFrame.ts";

/** What a scan header (SOS, ITU-T T.81 section B.2.3) says. */
export interface JpegScan {
  components: JpegComponent[];
  /** Holds the first bits of its components' mean values (DC): without such a scan there is no picture. */
  startsComponents: boolean;
}

/** The numbers of the tables that the file has defined so far. */
export interface JpegTables {
  quantization: Set<number>;
  huffmanDc: Set<number>;
  huffmanAc: Set<number>;
}

const LAST_COEFFICIENT = 63;
const MAX_BIT_POSITION = 13;

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
  const [spectralStart, spectralEnd, approximation] = segment.subarray(1 + 2 * count);
  if (frame.progressive) checkProgression(count, spectralStart, spectralEnd, approximation, where);

  const isFirstPass = !frame.progressive || approximation >> 4 === 0;
  const hasDc = !frame.progressive || spectralStart === 0;
  const hasAc = !frame.progressive || spectralStart > 0;
  const components: JpegComponent[] = [];
  for (let i = 0; i < count; i++) {
    const id = segment[1 + 2 * i];
    const component = frame.components.find((c) => c.id === id);
    if (!component || components.includes(component)) {
      throw damaged(where, "each component of the frame at most once", `component ${id}`);
    }
    components.push(component);
    if (!tables.quantization.has(component.quantizationTable)) {
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
  }
  return { components, startsComponents: hasDc && isFirstPass };
}

/** Section G.1.1.1: a scan refines either mean values or one component's other coefficients. */
function checkProgression(
  count: number,
  spectralStart: number,
  spectralEnd: number,
  approximation: number,
  where: string,
): void {
  const high = approximation >> 4;
  const low = approximation & 15;
  const isDc = spectralStart === 0 && spectralEnd === 0;
  const isAc = spectralStart > 0 && spectralEnd >= spectralStart && spectralEnd <= LAST_COEFFICIENT;
  const oneBitLess = high === 0 || low === high - 1;
  if (!(isDc || (isAc && count === 1)) || !oneBitLess || low > MAX_BIT_POSITION) {
    const got = `coefficients ${spectralStart} to ${spectralEnd}, bits ${high} to ${low}`;
    throw damaged(where, "a scan of the progressive mode", `${got}, ${count} components`);
  }
}

/** How often a scan starts anew, counted as the restart markers in its data. */
export function restartsOfScan(
  scan: JpegScan,
  frame: JpegFrame,
  restartInterval: number,
  where: string,
): number {
  if (restartInterval === 0) return 0;
  if (scan.components.length > 1) {
    return Math.ceil((frame.mcusPerLine * frame.mcusPerColumn) / restartInterval) - 1;
  }
  const { blocksPerLine, blocksPerColumn, vertical } = scan.components[0];
  const blocks = blocksPerLine * blocksPerColumn;
  // jpeg-js runs past such a scan's last interval into the rows of blocks that only fill up the MCUs.
  if (blocks % restartInterval !== 0 && blocksPerColumn < frame.mcusPerColumn * vertical) {
    throw new ImageError({
      where,
      expected: "restart intervals that divide the scan",
      got: `intervals of ${restartInterval} for ${blocks} blocks`,
      hint: "Save it anew without restart markers.",
    });
  }
  return Math.ceil(blocks / restartInterval) - 1;
}

function damaged(where: string, expected: string, got: string): ImageError {
  return new ImageError({ where, expected, got, hint: "The file is damaged." });
}
