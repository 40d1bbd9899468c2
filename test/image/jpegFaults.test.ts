import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { expectImageError } from "./expectImageError.ts";
import { readFixture } from "./fixtures.ts";
import { findMarker, MARKERS, patched, spliced } from "./jpegFile.ts";

const baseline = readFixture("baseline-444.jpg");
const frame = findMarker(baseline, MARKERS.SOF0);
const scan = findMarker(baseline, MARKERS.SOS);
const progressive = readFixture("progressive-420.jpg");
const progressiveFrame = findMarker(progressive, MARKERS.SOF2);

const withSize = (jpeg: Uint8Array, at: number, height: number, width: number) =>
  patched(jpeg, {
    [at + 5]: height >> 8,
    [at + 6]: height & 255,
    [at + 7]: width >> 8,
    [at + 8]: width & 255,
  });

describe("kinds of JPEG that are refused by name", () => {
  test("arithmetic coding", () => {
    expectImageError(readFixture("refused-arithmetic.jpg"), /got arithmetic-coded JPEG\. Convert it/);
  });

  test.each([
    [0xc3, "lossless JPEG"],
    [0xc5, "hierarchical JPEG"],
    [0xca, "arithmetic-coded progressive JPEG"],
    [0xcb, "arithmetic-coded lossless JPEG"],
  ])("process 0x%s", (marker, name) => {
    expectImageError(patched(baseline, { [frame + 1]: marker }), new RegExp(`got ${name}\\. Convert it`));
  });

  test("12 bits", () => {
    expectImageError(
      patched(baseline, { [frame + 4]: 12 }),
      /expected 8 bits a sample, got a JPEG of 12 bits/,
    );
  });

  test("two components", () => {
    const two = spliced(patched(baseline, { [frame + 3]: 14, [frame + 9]: 2 }), frame + 16, 3, []);
    expectImageError(two, /expected 1 \(gray\), 3 \(color\) or 4 \(CMYK\) components, got 2/);
  });

  test("sampling by 2/3, which libjpeg refuses too", () => {
    expectImageError(patched(baseline, { [frame + 11]: 0x31, [frame + 14]: 0x21 }), /factors that divide/);
    expectImageError(patched(baseline, { [frame + 11]: 0x51 }), /sampling factors from 1 to 4, got 5x1/);
  });

  test("restarts within MCUs", () => {
    // Such a scan of one component leaves out the blocks that fill up MCUs; jpeg-js would go on in them.
    expectImageError(
      readFixture("restart-within-mcu.jpg"),
      /scan 2: expected restarts at whole MCUs, got one after every 5 of 12 blocks\. Save it anew/,
    );
  });

  test("a height that comes only after the scan", () => {
    expectImageError(withSize(baseline, frame, 0, 27), /got 27 x 0/);
  });
});

describe("JPEGs that would cost too much", () => {
  test("30,000 x 30,000", () => {
    expectImageError(withSize(baseline, frame, 30000, 30000), /at most 100 megapixels, got 30000 x 30000/);
    expectImageError(withSize(baseline, frame, 65535, 65535), /at most 100 megapixels, got 65535 x 65535/);
  });

  test("a size that the file's few bytes cannot fill", () => {
    expectImageError(withSize(baseline, frame, 9000, 9000), /or more for 9000 x 9000, got the end/);
  });

  test("more memory than it may take", () => {
    // 100 megapixels at 4:4:4: the entropy-coded data are long enough, so that only memory speaks against it.
    const data = new Uint8Array(600_000);
    const large = spliced(
      withSize(baseline, frame, 10000, 10000),
      findMarker(baseline, MARKERS.EOI),
      0,
      data,
    );
    expectImageError(large, /takes at most 2048 MB to decode, got 3362 MB for 10000 x 10000/);
  });

  test("more than 100 scans", () => {
    const end = progressive.length - 2;
    // Each refines nothing: a scan of the first coefficients that stops at once.
    const lastScan = progressive.subarray(lastScanOf(progressive), end);
    const scans = Array.from({ length: 120 }, () => Array.from(lastScan)).flat();
    expectImageError(spliced(progressive, end, 0, scans), /at most 100 scans .*, got 101 or more/);
  });

  test("fewer scans of a larger image", () => {
    const large = withSize(progressive, progressiveFrame, 9000, 11000);
    const end = large.length - 2;
    const lastScan = large.subarray(lastScanOf(large), end);
    expectImageError(
      spliced(large, end, 0, [...lastScan, ...lastScan, ...lastScan]),
      /at most 10 scans in a JPEG of 11000 x 9000/,
    );
  });
});

describe("damaged JPEGs", () => {
  test("cut off at every byte", () => {
    for (const name of ["1x1.jpg", "exif-6.jpg", "restart-grey.jpg", "progressive-420.jpg"]) {
      const whole = readFixture(name);
      for (let length = 0; length < whole.length; length++) {
        const message = length < 3 ? /expected a JPEG or PNG image/ : /The JPEG is truncated\.$/;
        expectImageError(whole.subarray(0, length), message);
      }
    }
  });

  test("cut off at every byte and closed again with an end marker: never a part of the image", () => {
    for (const name of ["1x1.jpg", "baseline-420.jpg", "restart-grey.jpg", "restart-420.jpg"]) {
      const whole = readFixture(name);
      const reference = decodeImage(whole, name).data;
      for (let length = 0; length < whole.length - 2; length++) {
        const closed = Uint8Array.of(...whole.subarray(0, length), 0xff, 0xd9);
        let data: Uint8Array | null = null;
        try {
          data = decodeImage(closed, name).data;
        } catch {
          expectImageError(closed, /truncated|Fetch it again|Convert it|damaged/);
        }
        // The last bytes may hold nothing but the padding of the last one.
        if (data) expect(data).toEqual(reference);
      }
    }
  });

  test("without a frame, a scan, a component's scan", () => {
    const header = baseline.subarray(0, frame);
    expectImageError(Uint8Array.of(...header, 0xff, 0xd9), /expected a frame header/);
    expectImageError(Uint8Array.of(...header, ...baseline.subarray(scan)), /a frame header before the first/);
    const noScan = Uint8Array.of(...baseline.subarray(0, scan), 0xff, 0xd9);
    expectImageError(noScan, /expected a scan of component 1/);
    const separate = readFixture("one-scan-a-component.jpg");
    const third = lastScanOf(separate);
    const twoScans = Uint8Array.of(...separate.subarray(0, third), 0xff, 0xd9);
    expectImageError(twoScans, /expected a scan of component 3/);
  });

  test("without a table", () => {
    const quantization = findMarker(baseline, MARKERS.DQT);
    const none = spliced(baseline, quantization, 2 + baseline[quantization + 3], []);
    expectImageError(none, /quantization table 0 before its use/);
    const scan = findMarker(baseline, MARKERS.SOS);
    expectImageError(patched(baseline, { [scan + 6]: 0x30 }), /DC Huffman table 3 before/);
    expectImageError(patched(baseline, { [scan + 6]: 0x03 }), /AC Huffman table 3 before/);
  });

  test("a baseline picture lacks no table that is a standard one", () => {
    const huffman = findMarker(baseline, MARKERS.DHT);
    // The encoder's table is the standard one, so the picture stays the same.
    const without = spliced(baseline, huffman, 2 + baseline[huffman + 3], []);
    expect(decodeImage(without, "without").data).toEqual(decodeImage(baseline, "with").data);
    const { width, height, data } = decodeImage(readFixture("mjpeg_nodht.jpg"), "frame");
    expect([width, height]).toEqual([32, 24]);
    // libjpeg: 266833, first 0 1 2, last 249 229 218.
    expect(Math.abs(data.reduce((sum, value) => sum + value, 0) - 266833)).toBeLessThan(1000);
    expect([...data.subarray(0, 3), ...data.subarray(-3)]).toEqual([0, 0, 2, 249, 229, 218]);
  });

  test("a Huffman table with more codes than there can be", () => {
    const huffman = findMarker(baseline, MARKERS.DHT);
    // Of length 1 and of length 3: as many in all, but three codes of one bit.
    expect([...baseline.subarray(huffman + 5, huffman + 8)]).toEqual([0, 1, 5]);
    const crowded = patched(baseline, { [huffman + 5]: 3, [huffman + 7]: 2 });
    expectImageError(crowded, /Huffman table 0: expected a table/);
  });

  test("a Huffman table with a code of ones only, or of more bits than a mean value has", () => {
    const huffman = findMarker(baseline, MARKERS.DHT);
    // The last of its 12 codes has 9 bits, and only that of nine ones is left.
    expect([...baseline.subarray(huffman + 11, huffman + 15)]).toEqual([1, 1, 1, 0]);
    const full = patched(baseline, { [huffman + 12]: 2, [huffman + 13]: 0 });
    expectImageError(full, /Huffman table 0: expected a table/);
    const values = huffman + 5 + 16;
    expectImageError(patched(baseline, { [values + 2]: 16 }), /Huffman table 0: expected a table/);
  });

  test("a progressive picture without Huffman tables, for which there are no standard ones", () => {
    let none = progressive;
    for (let at = findMarker(none, MARKERS.DHT); at >= 0; at = findMarker(none, MARKERS.DHT)) {
      none = spliced(none, at, 2 + none[at + 2] * 256 + none[at + 3], []);
    }
    expectImageError(none, /scan 1: expected DC Huffman table 0 before its use, got none/);
  });

  test("a scan of a component that the frame does not have", () => {
    expectImageError(patched(baseline, { [scan + 5]: 9 }), /scan 1: .*got component 9/);
  });

  test("two frames", () => {
    const copy = baseline.subarray(frame, frame + 19);
    expectImageError(spliced(baseline, frame, 0, copy), /got a second image inside it 0xffc0/);
  });

  test("broken entropy-coded data", () => {
    const data = scan + 14;
    expectImageError(
      spliced(baseline, data + 20, 200, []),
      /expected a whole JPEG, got data that end within it\. The file is damaged/,
    );
    expectImageError(
      spliced(baseline, baseline.length - 42, 40, []),
      /expected a whole JPEG, got data that end within it\. The file is damaged/,
    );
    const noCode = spliced(baseline, data, 4, [0xff, 0, 0xff, 0]);
    expectImageError(noCode, /expected a whole JPEG, got bits that are no Huffman code/);
  });

  test("more data than an interval has blocks", () => {
    const restarting = readFixture("restart-grey.jpg");
    const more = spliced(restarting, findMarker(restarting, 0xd0), 0, [0, 0, 0]);
    expectImageError(more, /got more data than blocks before a restart/);
  });
});

describe("oddities that libjpeg reads", () => {
  const reference = decodeImage(baseline, "baseline").data;

  test.each<[string, Uint8Array]>([
    ["bytes after the end", Uint8Array.of(...baseline, 1, 2, 3)],
    ["bytes between segments", spliced(baseline, frame, 0, [1, 2, 3])],
    ["fill bytes before a marker", spliced(baseline, frame, 0, [0xff, 0xff])],
    ["fill bytes after the scan", spliced(baseline, baseline.length - 2, 0, [0xff, 0xff])],
    ["an unknown application segment", spliced(baseline, frame, 0, [0xff, 0xe9, 0, 4, 0xff, 0xd9])],
    ["a comment", spliced(baseline, 2, 0, [0xff, 0xfe, 0, 3, 65])],
    ["broken Exif data", spliced(baseline, 2, 0, [0xff, 0xe1, 0, 10, 69, 120, 105, 102, 0, 0, 73, 73])],
  ])("%s", (_, jpeg) => {
    expect(decodeImage(jpeg, "odd").data).toEqual(reference);
  });

  test("fill bytes before a restart marker", () => {
    const restarting = readFixture("restart-grey.jpg");
    const filled = spliced(restarting, findMarker(restarting, 0xd0), 0, [0xff, 0xff]);
    expect(decodeImage(filled, "filled")).toEqual(decodeImage(restarting, "restart-grey"));
  });

  test("a last restart interval that is shorter than the others", () => {
    const even = decodeImage(readFixture("edges-grey.jpg"), "even");
    expect(decodeImage(readFixture("restart-grey-uneven.jpg"), "uneven")).toEqual(even);
  });

  test("a restart interval beyond the scan's end", () => {
    const luma = findMarker(progressive, MARKERS.SOS, findMarker(progressive, MARKERS.SOS) + 1);
    const long = spliced(progressive, luma, 0, [0xff, 0xdd, 0, 4, 0, 100]);
    expect(decodeImage(long, "long")).toEqual(decodeImage(progressive, "progressive"));
  });

  test("restarts and data behind a scan's last block", () => {
    const end = baseline.length - 2;
    const more = spliced(baseline, end, 0, [0xff, 0xd0, 1, 2, 3, 0xff, 0, 0xff, 0xd1, 4]);
    expect(decodeImage(more, "more").data).toEqual(reference);
  });

  test("a quantization table that is defined anew behind the scan", () => {
    const quantization = findMarker(baseline, MARKERS.DQT);
    const table = Uint8Array.from(
      baseline.subarray(quantization, quantization + 2 + baseline[quantization + 3]),
    );
    const late = spliced(baseline, findMarker(baseline, MARKERS.EOI), 0, table.fill(1, 5));
    expect(decodeImage(late, "late").data).toEqual(reference);
  });

  test("an Adobe segment that says RGB in a JFIF file, which is always YCbCr", () => {
    const adobe = [0xff, 0xee, 0, 14, 65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, 0];
    expect(decodeImage(spliced(baseline, 20, 0, adobe), "JFIF").data).toEqual(reference);
  });

  test("a view into a larger buffer", () => {
    const larger = new Uint8Array(baseline.length + 20);
    larger.set(baseline, 7);
    expect(decodeImage(larger.subarray(7, 7 + baseline.length), "view").data).toEqual(reference);
  });
});

/** Where the last scan begins, its tables included. */
function lastScanOf(jpeg: Uint8Array): number {
  let at = -1;
  for (let next = findMarker(jpeg, MARKERS.SOS); next >= 0; next = findMarker(jpeg, MARKERS.SOS, next + 1)) {
    at = next;
  }
  return at;
}
