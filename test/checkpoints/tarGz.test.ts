import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openTarGz } from "../../src/checkpoints/archives/tarGz.ts";
import { readWhole } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { ModelError } from "../../src/errors.ts";
import { madeTar, streamOf, type TarMember, tarHeader, tarOf } from "./support/madeArchive.ts";
import { concatenated } from "./support/madeBundle.ts";
import { contentsOf, openFiles, refusesOrEquals, SMALL_FILES } from "./support/smallCheckpoint.ts";

const text = (value: string) => new TextEncoder().encode(value);
/** Does not compress; the same each time. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, x = 1; i < length; i++) {
    x = Math.imul(x, 1664525) + 1013904223;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

const open = (tar: Uint8Array) =>
  openTarGz({
    where: "a.tar.gz",
    stream: () => streamOf(new Uint8Array(gzipSync(tar, { level: 1 })), 65_536),
  });

async function contents(tar: Uint8Array): Promise<Record<string, string>> {
  const files = await open(tar);
  const read = async (path: string) => new TextDecoder().decode(await readWhole(await files.open(path), 1e6));
  return Object.fromEntries(await Promise.all(files.paths.map(async (path) => [path, await read(path)])));
}

describe("names", () => {
  test("of all kinds that tar programs write are understood", async () => {
    const long = `${"folder/".repeat(30)}file`;
    const tar = madeTar([
      { name: "./m/", type: "5" },
      { name: "./m/plain", contents: text("1") },
      { name: "end", prefix: "some/where", contents: text("2") },
      { name: "././@LongLink", type: "L", contents: text(`${long}\0`) },
      { name: long.slice(0, 99), contents: text("3") },
      { name: "PaxHeader/x", type: "x", contents: text("16 path=\u00e4/name\n".replace("16", "16")) },
      { name: "ignored", contents: text("4") },
      { name: "old", type: "\0", contents: text("5") },
    ]);
    expect(await contents(tar)).toEqual({
      "m/plain": "1",
      "some/where/end": "2",
      [long]: "3",
      "\u00e4/name": "4",
      old: "5",
    });
  });

  test.each(["../x", "a/../../x", "/etc/x", "C:\\x", "a\\b", "c:x"])("%s is refused", async (name) => {
    await expect(open(madeTar([{ name, contents: text("x") }]))).rejects.toThrow(
      `tar byte 0: expected names within the archive's folder, got ${JSON.stringify(name)}`,
    );
  });

  test("a name twice is refused", async () => {
    const twice = [{ name: "a" }, { name: "./a" }];
    await expect(open(madeTar(twice))).rejects.toThrow('expected every file once, got "a" twice');
  });
});

describe("each kind of broken archive is a ModelError that says what is wrong", () => {
  const one = (member: Partial<TarMember>) => madeTar([{ name: "a", ...member }]);
  const cases: [string, Uint8Array, RegExp][] = [
    ["a size beyond the end", one({ size: 2 ** 32 }), /tar byte 0, "a": expected \d+ more bytes/],
    ["a sparse file", one({ type: "S" }), /expected a file, a folder or a link, got an entry of kind "S"/],
    [
      "a sparse file in pax",
      one({ type: "x", contents: text("21 GNU.sparse.map=1\n\n") }),
      /got a sparse file/,
    ],
    [
      "a pax size that is none",
      one({ type: "x", contents: text("11 size=-1\n") }),
      /expected a size, got "-1"/,
    ],
    [
      "a pax record without length",
      one({ type: "x", contents: text("path=a\n") }),
      /a pax record, got "no length"/,
    ],
    ["a name of 100 kB", one({ type: "L", contents: noise(100_000) }), /a name of at most 65536 bytes/],
    ["a name that is no text", one({ type: "L", contents: Uint8Array.of(0xff) }), /names in UTF-8/],
    [
      "a damaged header",
      tarOf(new Map([["a", text("x")]])).fill(1, 110, 111),
      /tar byte 0: expected checksum/,
    ],
    ["data after the end", concatenated(one({}), text("more")), /zeros after the archive's end, got data/],
    ["no end", tarHeader({ name: "a" }), /expected 512 more bytes, got 0\. The archive is truncated/],
    ["nothing", new Uint8Array(0), /tar byte 0: expected 512 more bytes, got 0/],
  ];
  test.each(cases)("%s", async (_, tar, message) => {
    await expect(open(tar)).rejects.toThrow(message);
    await expect(open(tar)).rejects.toThrow(ModelError);
  });

  test("more small files than are kept", async () => {
    const files = new Map(["a", "b", "c", "d"].map((name) => [`${name}.index`, noise(14e6)]));
    await expect(open(tarOf(files))).rejects.toThrow(
      /50331648 bytes of small files, got "d\.index" beyond it/,
    );
  });

  test("a bomb, long before it is unpacked", async () => {
    const bomb = new Uint8Array(gzipSync(tarOf(new Map([["a", new Uint8Array(2e8)]])), { level: 9 }));
    expect(bomb.length).toBeLessThan(2e5);
    const unpacked = openTarGz({ where: "bomb", stream: () => streamOf(bomb) });
    await expect(unpacked).rejects.toThrow(/expected at most 100 times as much as is stored/);
  });
});

describe("large files are read again when they are asked for", () => {
  const data = noise(3 * 2 ** 20);
  const tar = tarOf(
    new Map([
      ["before", noise(2e6)],
      ["data", data],
      ["after", text("x")],
    ]),
  );
  const gzip = new Uint8Array(gzipSync(tar));

  async function part(source: { read(offset: number, target: Uint8Array): Promise<void> }, offset: number) {
    const target = new Uint8Array(1000);
    await source.read(offset, target);
    return Buffer.compare(target, data.subarray(offset, offset + target.length)) === 0;
  }

  test("forward in one go, backward from the start, and the end from memory", async () => {
    let streams = 0;
    const files = await openTarGz({
      where: "a.tar.gz",
      stream: () => {
        streams++;
        return streamOf(gzip, 50_000);
      },
    });
    const source = await files.open("data");
    expect(source.length).toBe(data.length);
    expect(await part(source, data.length - 1000)).toBe(true);
    expect(streams).toBe(1);
    expect([await part(source, 0), await part(source, 1000), await part(source, 1e6)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(streams).toBe(2);
    expect(await part(source, 500)).toBe(true);
    expect(streams).toBe(3);
    await files.close();
    expect(await part(source, 1e6)).toBe(true);
    expect(streams).toBe(4);
    await files.close();
    await expect(files.open("other")).rejects.toThrow(/a file of the archive, got none of that name/);
  });

  test("an archive that was cut meanwhile is noticed", async () => {
    let first = true;
    const shorter = new Uint8Array(gzipSync(tar.subarray(0, 2.1e6)));
    const files = await openTarGz({
      where: "a.tar.gz",
      stream: () => {
        const stream = streamOf(first ? gzip : shorter);
        first = false;
        return stream;
      },
    });
    const source = await files.open("data");
    await expect(source.read(1e6, new Uint8Array(10))).rejects.toThrow(
      /a\.tar\.gz data: expected 10 bytes at 1000000, got 0\. The archive has changed since it was opened/,
    );
    await files.close();
  });
});

describe("a tar archive that is not compressed", () => {
  const tar = tarOf(SMALL_FILES);
  const openPlain = (bytes: Uint8Array) => openCheckpoint({ where: "a.tar", bytes });

  test("holds the same checkpoint", async () => {
    expect(await contentsOf(await openPlain(tar))).toEqual(await contentsOf(await openFiles(SMALL_FILES)));
  });

  test("is refused if it is cut off, or read as it is", async () => {
    const expected = await contentsOf(await openFiles(SMALL_FILES));
    for (let length = 512; length < tar.length; length += 256) {
      await refusesOrEquals(() => openPlain(tar.subarray(0, length)), expected, `${length} bytes`);
    }
  });

  test("says what it lacks if it is of something else", async () => {
    const other = openPlain(tarOf(new Map([["a.txt", new Uint8Array(3)]])));
    await expect(other).rejects.toThrow(/a\.tar: expected a checkpoint's \.index file, got 1 others/);
  });
});
