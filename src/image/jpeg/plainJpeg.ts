import { concatenate } from "../../support/concatenate.ts";
import type { JpegComponent } from "./jpegFrame.ts";
import type { HuffmanCode } from "./jpegTables.ts";
import type { CodedScan, JpegFile } from "./readJpegFile.ts";

const START_OF_IMAGE = Uint8Array.of(0xff, 0xd8);
const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);
const SOF0 = 0xc0;
const SOF2 = 0xc2;
const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const APP14 = 0xee;

const COEFFICIENTS = 64;

/**
 * The bytes for jpeg-js: a file's frame, tables and scans, written anew. They lack what jpeg-js stumbles over
 * (stray bytes) and what it would obey (an Adobe segment, a table that is redefined after its use).
 */
export function plainJpeg({ frame, scans }: JpegFile): Uint8Array {
  const { components } = frame;
  return concatenate([
    START_OF_IMAGE,
    ...components.map((component, id) => quantizationTable(id, factorsOf(component, scans))),
    frameHeader(frame, components.keys()),
    ...scans.flatMap((scan) => codedScan(scan, components)),
    END_OF_IMAGE,
  ]);
}

/**
 * The same for a file of four components, of which three can be had at a time: jpeg-js multiplies the first
 * three by the fourth. `order` has the components' indices, the fourth is replaced by 255 everywhere, and so
 * the first three come out as they are.
 */
export function plainCmyk({ frame, scans }: JpegFile, order: readonly number[]): Uint8Array {
  const { components } = frame;
  const last = order[order.length - 1];
  return concatenate([
    START_OF_IMAGE,
    ADOBE_WITHOUT_TRANSFORM,
    ...components.map((component, id) =>
      quantizationTable(id, id === last ? WHITE_FACTORS : factorsOf(component, scans)),
    ),
    frameHeader(frame, order),
    ...scans.flatMap((scan) => codedScan(scan, components)),
    ...whiteScan(last, components[last]),
    END_OF_IMAGE,
  ]);
}

/** The table that held when the component's first scan began: a file may redefine it later. */
function factorsOf(component: JpegComponent, scans: readonly CodedScan[]): ArrayLike<number> {
  const parts = scans.flatMap(({ scan }) => scan.components);
  return parts.find((part) => part.component === component)?.quantization ?? [];
}

/** Components get their index as id, and a quantization table of that number. */
function frameHeader(
  { progressive, width, height, components }: JpegFile["frame"],
  order: Iterable<number>,
): Uint8Array {
  return segment(progressive ? SOF2 : SOF0, [
    8,
    ...twoBytes(height),
    ...twoBytes(width),
    components.length,
    ...Array.from(order, (id) => [id, components[id].horizontal * 16 + components[id].vertical, id]).flat(),
  ]);
}

/** Components get Huffman tables of that number, too. */
function codedScan(
  { scan, restartInterval, data }: CodedScan,
  components: readonly JpegComponent[],
): Uint8Array[] {
  const parts = scan.components.map((part) => ({ ...part, id: components.indexOf(part.component) }));
  return [
    ...parts.flatMap(({ id, dcCode, acCode }) => [huffmanTable(0, id, dcCode), huffmanTable(1, id, acCode)]),
    segment(DRI, twoBytes(restartInterval)),
    scanHeader(
      parts.map(({ id }) => id),
      scan,
    ),
    ...data,
  ];
}

function scanHeader(
  ids: readonly number[],
  { start, end, high, low }: { start: number; end: number; high: number; low: number },
): Uint8Array {
  return segment(SOS, [ids.length, ...ids.flatMap((id) => [id, id * 17]), start, end, high * 16 + low]);
}

/** Adobe's segment with color transform 0. Without it, jpeg-js refuses four components. */
const ADOBE_WITHOUT_TRANSFORM = segment(APP14, [65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, 0]);

/** Keeps the mean of a block and multiplies all other coefficients by 0. */
const WHITE_FACTORS = Uint8Array.of(1);

/**
 * A further scan of a component, which sets the mean of each block to 2047, far above white. The first block
 * has the code 10 and eleven ones: a difference of 2047. Every other bit is 0: no difference, or (baseline)
 * the block's end.
 */
function whiteScan(id: number, { blocksPerLine, blocksPerColumn }: JpegComponent): Uint8Array[] {
  const blocks = blocksPerLine * blocksPerColumn;
  const data = new Uint8Array(2 + Math.ceil(blocks / 4));
  data.set([0b10111111, 0b11111000]);
  return [
    huffmanTable(0, id, { codesOfLength: Uint8Array.of(1, 1), values: Uint8Array.of(0, 11) }),
    huffmanTable(1, id, { codesOfLength: Uint8Array.of(1), values: Uint8Array.of(0) }),
    segment(DRI, twoBytes(0)),
    scanHeader([id], { start: 0, end: 0, high: 0, low: 0 }),
    data,
  ];
}

function quantizationTable(id: number, factors: ArrayLike<number>): Uint8Array {
  const bytes = Array.from({ length: COEFFICIENTS }, (_, k) => twoBytes(factors[k] ?? 0));
  return segment(DQT, [16 + id, ...bytes.flat()]);
}

function huffmanTable(kind: 0 | 1, id: number, { codesOfLength, values }: HuffmanCode): Uint8Array {
  const lengths = new Uint8Array(16);
  lengths.set(codesOfLength);
  return segment(DHT, [kind * 16 + id, ...lengths, ...values]);
}

function segment(marker: number, bytes: readonly number[]): Uint8Array {
  return Uint8Array.of(0xff, marker, ...twoBytes(bytes.length + 2), ...bytes);
}

function twoBytes(value: number): [number, number] {
  return [value >> 8, value & 255];
}
