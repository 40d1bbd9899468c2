import { ImageError } from "../../errors.ts";
import { MAX_JPEG_PIXEL_SCANS, MAX_JPEG_SCANS } from "../imageLimits.ts";
import { isFrameMarker, type JpegComponent, type JpegFrame, readJpegFrame } from "./jpegFrame.ts";
import { type JpegScan, readJpegScan, scanUnits } from "./jpegScan.ts";
import {
  type JpegTables,
  readHuffmanTables,
  readQuantizationTables,
  useStandardTables,
} from "./jpegTables.ts";

/** What a JPEG file holds, read marker by marker without decoding any pixel. */
export interface JpegFile {
  frame: JpegFrame;
  /** A JFIF header stands in the file. */
  hasJfif: boolean;
  /** The color transform in Adobe's APP14 segment: 0 none, 1 YCbCr, 2 YCCK. */
  adobeTransform: number | null;
  /** The first Exif segment, without its "Exif\0\0". */
  exif: Uint8Array | null;
  scans: CodedScan[];
}

/** A scan and its entropy-coded data. */
export interface CodedScan {
  readonly scan: JpegScan;
  /** In units of the scan; 0 if it never restarts. */
  readonly restartInterval: number;
  /** The bytes in parts: without fill bytes, and without intervals beyond the scan's last unit. */
  readonly data: readonly Uint8Array[];
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const DQT = 0xdb;
const DRI = 0xdd;
const DNL = 0xdc;
const COM = 0xfe;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP14 = 0xee;
const APP15 = 0xef;
const EXIF_HEADER_BYTES = 6;

/**
 * Walks a JPEG from marker to marker (ITU-T T.81 annex B). Bytes between segments are skipped, as libjpeg
 * does.
 *
 * @throws ImageError for whatever could be decoded only wrongly, slowly or in part: other processes and
 *   precisions, sizes and numbers of scans beyond the limits, missing tables, and every file that ends early.
 */
export function readJpegFile(bytes: Uint8Array, where: string): JpegFile {
  return new JpegWalk(bytes, where).run();
}

class JpegWalk {
  private offset = 2;
  private frame: JpegFrame | null = null;
  private readonly tables: JpegTables = {
    quantization: new Map(),
    huffmanDc: new Map(),
    huffmanAc: new Map(),
  };
  private restartInterval = 0;
  private readonly scans: CodedScan[] = [];
  private scanBytes = 0;
  private readonly startedComponents = new Set<JpegComponent>();
  private hasJfif = false;
  private adobeTransform: number | null = null;
  private exif: Uint8Array | null = null;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
  ) {}

  run(): JpegFile {
    for (let marker = this.nextMarker(); marker !== EOI; marker = this.nextMarker()) {
      // TEM and restarts outside of scans carry nothing.
      if (marker === 0x01 || isRestart(marker)) continue;
      const segment = this.readSegment();
      if (this.readMetadata(marker, segment)) continue;
      if (marker === SOS) this.readScan(segment);
      else this.readDefinition(marker, segment);
    }
    const frame = this.checkComplete();
    const { hasJfif, adobeTransform, exif, scans } = this;
    return { frame, hasJfif, adobeTransform, exif, scans };
  }

  private nextMarker(): number {
    const { bytes } = this;
    while (this.offset < bytes.length) {
      // A marker is 0xff, perhaps repeated, and a byte that is neither 0 nor 0xff.
      if (bytes[this.offset++] !== 0xff) continue;
      while (bytes[this.offset] === 0xff) this.offset++;
      if (bytes[this.offset] > 0) return bytes[this.offset++];
    }
    throw this.truncated("an end-of-image marker");
  }

  private readSegment(): Uint8Array {
    if (this.offset + 2 > this.bytes.length) throw this.truncated("a segment");
    const length = this.bytes[this.offset] * 256 + this.bytes[this.offset + 1];
    const end = this.offset + length;
    if (length < 2) throw this.damaged("a segment of at least 2 bytes", `${length}`);
    if (end > this.bytes.length) throw this.truncated(`a segment up to byte ${end}`);
    const segment = this.bytes.subarray(this.offset + 2, end);
    this.offset = end;
    return segment;
  }

  /** True for segments that the pixels do not depend on; notes what they say of color and orientation. */
  private readMetadata(marker: number, segment: Uint8Array): boolean {
    if (marker === APP0 && beginsWith(segment, "JFIF\0")) this.hasJfif = true;
    if (marker === APP14 && beginsWith(segment, "Adobe") && segment.length >= 12) {
      this.adobeTransform = segment[11];
    }
    // As browsers do, any byte may follow the zero, and a segment of no more than that is none.
    const isExif = marker === APP1 && beginsWith(segment, "Exif\0") && segment.length > EXIF_HEADER_BYTES;
    if (isExif) this.exif ??= segment.subarray(EXIF_HEADER_BYTES);
    return (marker >= APP0 && marker <= APP15) || marker === COM || marker === DNL;
  }

  private readDefinition(marker: number, segment: Uint8Array): void {
    if (marker === DQT) readQuantizationTables(segment, this.tables, this.where);
    else if (marker === DHT) readHuffmanTables(segment, this.tables, this.where);
    else if (marker === DRI && segment.length === 2) this.restartInterval = segment[0] * 256 + segment[1];
    else if (isFrameMarker(marker) && this.frame === null) {
      this.frame = readJpegFrame(marker, segment, this.where);
    } else {
      const name = marker === SOI || isFrameMarker(marker) ? "a second image inside it" : "one of type";
      throw this.damaged("segments of a baseline or progressive JPEG", `${name} 0xff${marker.toString(16)}`);
    }
  }

  private readScan(header: Uint8Array): void {
    if (!this.frame) throw this.damaged("a frame header before the first scan", "none");
    const number = this.scans.length + 1;
    this.checkScanCount(this.frame, number);
    const where = `${this.where}: scan ${number}`;
    this.addMissingTables(this.frame);
    const scan = readJpegScan(header, this.frame, this.tables, where);
    const { units } = scanUnits(scan, this.frame);
    const restartInterval = this.restartInterval < units ? this.restartInterval : 0;
    checkRestartInterval(restartInterval, scan, this.frame, where);
    const expected = restartInterval === 0 ? 0 : Math.ceil(units / restartInterval) - 1;
    const { data, restarts } = this.readScanData(expected);
    if (restarts < expected) {
      const hint = "The file is truncated.";
      throw new ImageError({ where, expected: `${expected} restart markers`, got: `${restarts}`, hint });
    }
    this.scans.push({ scan, restartInterval, data });
    if (scan.startsComponents)
      for (const { component } of scan.components) this.startedComponents.add(component);
  }

  private addMissingTables({ progressive }: JpegFrame): void {
    if (!progressive && this.scans.length === 0) useStandardTables(this.tables);
  }

  /** Takes the entropy-coded bytes up to the next marker that is no restart, and counts the restarts. */
  private readScanData(expectedRestarts: number): { data: Uint8Array[]; restarts: number } {
    const { bytes } = this;
    const data: Uint8Array[] = [];
    let restarts = 0;
    let from = this.offset;
    const take = (end: number) => {
      if (end <= from || restarts > expectedRestarts) return;
      data.push(bytes.subarray(from, end));
      this.scanBytes += end - from;
    };
    for (;;) {
      const at = bytes.indexOf(0xff, this.offset);
      if (at < 0 || at + 1 >= bytes.length) throw this.truncated("an end-of-image marker");
      const next = bytes[at + 1];
      this.offset = at + (next === 0xff ? 1 : 2);
      if (next === 0) continue;
      take(at);
      if (isRestart(next)) restarts++;
      else if (next !== 0xff) {
        this.offset = at;
        return { data, restarts };
      }
      from = next === 0xff ? at + 1 : at;
    }
  }

  private checkScanCount(frame: JpegFrame, count: number): void {
    const pixels = frame.width * frame.height;
    const most = Math.min(MAX_JPEG_SCANS, Math.floor(MAX_JPEG_PIXEL_SCANS / pixels));
    if (count <= most) return;
    throw new ImageError({
      where: this.where,
      expected: `at most ${most} scans in a JPEG of ${frame.width} x ${frame.height}`,
      got: `${count} or more`,
      hint: "Save it anew as an ordinary JPEG.",
    });
  }

  private checkComplete(): JpegFrame {
    const { frame } = this;
    if (!frame) throw this.truncated("a frame header");
    const missing = frame.components.find((component) => !this.startedComponents.has(component));
    if (missing) throw this.truncated(`a scan of component ${missing.id}`);
    // Every block takes at least one bit; fewer bytes cannot be worth the memory that the size asks for.
    const blocks = frame.components.reduce((sum, c) => sum + c.blocksPerLine * c.blocksPerColumn, 0);
    if (this.scanBytes * 8 < blocks) {
      throw this.truncated(`${Math.ceil(blocks / 8)} bytes or more for ${frame.width} x ${frame.height}`);
    }
    return frame;
  }

  private truncated(expected: string): ImageError {
    const got = `the end of the image at byte ${this.offset}`;
    return new ImageError({ where: this.where, expected, got, hint: "The JPEG is truncated." });
  }

  private damaged(expected: string, got: string): ImageError {
    const hint = "The file is damaged.";
    return new ImageError({ where: `${this.where}: byte ${this.offset}`, expected, got, hint });
  }
}

/**
 * In a scan of a single component, jpeg-js always decodes the last interval to its full length. It skips
 * blocks below the last row of MCUs, but not those that only fill up this row, and for which the scan has no
 * data.
 */
function checkRestartInterval(interval: number, scan: JpegScan, frame: JpegFrame, where: string): void {
  const { isInterleaved, units } = scanUnits(scan, frame);
  const { vertical, blocksPerColumn } = scan.components[0].component;
  const isFilledUp = frame.mcusPerColumn * vertical > blocksPerColumn;
  if (isInterleaved || interval === 0 || units % interval === 0 || !isFilledUp) return;
  throw new ImageError({
    where,
    expected: "restarts at whole MCUs",
    got: `one after every ${interval} of ${units} blocks`,
    hint: "Save it anew as an ordinary JPEG.",
  });
}

/** Whether a byte after 0xff makes it a restart marker. */
function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

function beginsWith(segment: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (segment[i] !== text.charCodeAt(i)) return false;
  return true;
}
