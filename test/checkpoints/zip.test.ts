import { describe, expect, test } from "vitest";
import { readZipDirectory } from "../../src/checkpoints/archives/zipDirectory.ts";
import { zipRecordSource } from "../../src/checkpoints/archives/zipRecordSource.ts";
import {
  bytesSource,
  type RandomAccessFile,
  readWhole,
} from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { crc32 } from "../../src/support/crc.ts";
import { type MadeRecord, madeZip, type ZipOptions } from "./support/madeZip.ts";

const a: MadeRecord = { path: "r/a", bytes: Uint8Array.from({ length: 300 }, (_, i) => i % 7) };
const b: MadeRecord = { path: "r/ü", bytes: Uint8Array.of(1, 2, 3) };

async function open(
  records: readonly MadeRecord[],
  path: string,
  options?: ZipOptions,
): Promise<RandomAccessFile> {
  const source = bytesSource(madeZip(records, options), "x.zip");
  const record = (await readZipDirectory(source)).get(path);
  if (!record) throw new Error("no such record");
  return zipRecordSource(source, record);
}

async function content(records: readonly MadeRecord[], path: string, options?: ZipOptions) {
  return readWhole(await open(records, path, options), 1e6);
}

test("CRC-32 has its check value, whole and in pieces", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(3), crc32(bytes.subarray(0, 3)))).toBe(0xcbf43926);
});

describe("what is read", () => {
  test.each([
    ["stored", {}],
    ["deflated", { deflated: true }],
  ])("%s", async (_, how) => {
    expect(await content([b, { ...a, ...how }], "r/a")).toEqual(a.bytes);
    const part = new Uint8Array(5);
    const source = await open([{ ...a, ...how }], "r/a");
    await source.read(290, part);
    expect(part).toEqual(a.bytes.subarray(290, 295));
    await source.read(0, part);
    expect(part).toEqual(a.bytes.subarray(0, 5));
  });

  test("no bytes", async () => {
    expect((await content([{ path: "e", bytes: new Uint8Array(0) }], "e")).length).toBe(0);
  });

  test("numbers of 64 bits, and a comment that looks like an end", async () => {
    expect(await content([a, b], "r/ü", { wide: true })).toEqual(b.bytes);
    const comment = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(30));
    expect(await content([a, b], "r/ü", { comment })).toEqual(b.bytes);
  });

  test("sizes that follow the data are 0 in the local header", async () => {
    const local = { flags: 8, checksum: 0, packedLength: 0, length: 0 };
    expect(await content([{ ...b, local }, a], b.path)).toEqual(b.bytes);
  });
});

describe("what is refused", () => {
  const damaged = a.bytes.slice();
  damaged[299] ^= 1;
  test.each<[string, MadeRecord[], RegExp]>([
    ["a wrong checksum", [{ ...a, central: { checksum: 5 }, local: { checksum: 5 } }], /checksum 5.*got \d/],
    [
      "a wrong checksum of deflated bytes",
      [{ ...a, deflated: true, central: { checksum: 5 }, local: { checksum: 5 } }],
      /checksum 5/,
    ],
    ["a local checksum that differs", [{ ...a, local: { checksum: 5 } }], /local header: expected checksum/],
    [
      "a local length that differs",
      [{ ...a, local: { length: 5 } }],
      /local header: expected length 300.*got 5/,
    ],
    [
      "a local packed length",
      [{ ...a, local: { packedLength: 5 } }],
      /local header: expected packed length 300/,
    ],
    ["a local method that differs", [{ ...a, local: { method: 8 } }], /compression method 0 .*got 8/],
    ["a local path that differs", [{ ...a, local: { path: "r/b" } }], /path "r\/a".*got "r\/b"/],
    ["a local path beyond the end", [{ ...b, local: { path: "r/ü and more than fits" } }], /path|bounds/],
    ["another place", [a, { ...b, central: { offset: 1 } }], /bounds/],
    ["a place beyond the file", [{ ...a, central: { offset: 2 ** 31 } }], /bounds/],
    ["more bytes than there are", [{ ...a, central: { length: 2 ** 31, packedLength: 2 ** 31 } }], /bounds/],
    ["fewer bytes stored than unpacked", [{ ...a, central: { length: 301 } }], /packed length 301.*got 300/],
    [
      "deflated to too much",
      [{ ...a, deflated: true, central: { length: 299 }, local: { length: 299 } }],
      /299 bytes, deflated, got more/,
    ],
    [
      "deflated to too little",
      [{ ...a, deflated: true, central: { length: 301 }, local: { length: 301 } }],
      /301 bytes, deflated, got 300/,
    ],
    [
      "deflated to an absurd length",
      [{ ...a, deflated: true, central: { length: 2 ** 30 } }],
      /compression to no less/,
    ],
    ["bytes that are not deflated", [{ ...a, central: { method: 8 }, local: { method: 8 } }], /deflated/],
    ["another compression", [{ ...a, central: { method: 12 } }], /compression method 12/],
    ["encryption", [{ ...a, central: { flags: 1 } }], /encrypted/],
    ["a path twice", [a, a], /one record "r\/a", got two/],
  ])("%s", async (_, records, message) => {
    await expect(content(records, records[records.length - 1].path)).rejects.toThrow(message);
  });

  test("a part of a record whose rest is damaged", async () => {
    const { checksum } = { checksum: crc32(a.bytes) };
    const source = await open([{ ...a, bytes: damaged, central: { checksum }, local: { checksum } }], "r/a");
    await expect(source.read(0, new Uint8Array(3))).rejects.toThrow(/checksum/);
  });

  test("an archive cut at any byte", async () => {
    const whole = madeZip([a, b], { wide: true });
    for (let length = 0; length < whole.length; length++) {
      const source = bytesSource(whole.subarray(0, length), "x.zip");
      await expect(readZipDirectory(source), String(length)).rejects.toThrow(/truncated/);
    }
  });

  test("an archive of several files, and a directory elsewhere", async () => {
    const end = (change: (view: DataView, end: number) => void) => {
      const bytes = madeZip([b]);
      change(new DataView(bytes.buffer), bytes.length - 22);
      return readZipDirectory(bytesSource(bytes, "x.zip"));
    };
    await expect(end((view, at) => view.setUint16(at + 4, 1, true))).rejects.toThrow(/one of several/);
    await expect(end((view, at) => view.setUint32(at + 12, 1e9, true))).rejects.toThrow(
      /the directory before/,
    );
    await expect(end((view, at) => view.setUint16(at + 10, 2, true))).rejects.toThrow(/header of a record/);
    await expect(end((view, at) => view.setUint16(at + 10, 0, true))).rejects.toThrow(/0 records in/);
    await expect(end((view, at) => view.setUint16(at + 10, 0xffff, true))).rejects.toThrow(/in 64 bits/);
  });
});
