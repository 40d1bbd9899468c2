import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStoredWeights } from "../../src/checkpoints/openCheckpoint.ts";
import { ModelError } from "../../src/errors.ts";
import { findWeights } from "../../src/platform/node.ts";
import { tarGzOf, tarOf } from "../checkpoints/support/madeArchive.ts";
import { madeBundle } from "../checkpoints/support/madeBundle.ts";
import { safetensorsFile } from "../checkpoints/support/safetensorsFile.ts";
import {
  contentsOf,
  openFiles,
  refusesOrEquals,
  SMALL_FILES,
} from "../checkpoints/support/smallCheckpoint.ts";

let folder = "";
const archive = tarGzOf(SMALL_FILES);
const open = async (path: string) => openStoredWeights(await findWeights(path));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "centernet-"));
  for (const [path, contents] of [
    ...SMALL_FILES,
    ["a.tar.gz", archive],
    ["a.tar", tarOf(SMALL_FILES)],
  ] as const) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
});
afterAll(() => rm(folder, { recursive: true }));

test("an archive, a folder, a prefix and its files are the same checkpoint", async () => {
  const expected = await contentsOf(await openFiles(SMALL_FILES));
  for (const path of [
    "a.tar.gz",
    "a.tar",
    "m",
    "m/checkpoint/ckpt-0",
    "m/checkpoint/ckpt-0.index",
    "m/checkpoint/ckpt-0.data-00001-of-00002",
  ]) {
    expect(await contentsOf(await open(join(folder, path))), path).toMatchObject({
      ...(expected as object),
      // The label map lies outside of the folder that was named.
      ...(path.includes("ckpt") && { labelMap: undefined }),
    });
  }
});

/** The files of a checkpoint by other names, in a folder of its own. */
async function place(name: string, files: Iterable<readonly [string, string]>): Promise<string> {
  const root = join(folder, name);
  for (const [from, to] of files) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await symlink(join(folder, from), join(root, to));
  }
  return root;
}

const variablesOf = async (path: string) =>
  ((await contentsOf(await open(path))) as { variables: unknown }).variables;

test("folders and prefixes of symbolic links are read", async () => {
  const expected = await variablesOf(join(folder, "m"));
  const root = await place("links", [
    ["m", "folder"],
    ["m/checkpoint/ckpt-0.index", "files/other.index"],
    ["m/checkpoint/ckpt-0.data-00000-of-00002", "files/other.data-00000-of-00002"],
    ["m/checkpoint/ckpt-0.data-00001-of-00002", "files/other.data-00001-of-00002"],
    ["m/checkpoint", "inner/ckpt"],
    ["a.tar.gz", "archive"],
    ["nowhere", "files/broken"],
    ["links", "files/again"],
  ]);
  for (const path of ["folder", "files", "files/other", "inner", "archive", "folder/checkpoint/ckpt-0"]) {
    expect(await variablesOf(join(root, path)), path).toEqual(expected);
  }
  // The configuration lies above the folder that the link leads to.
  expect(await contentsOf(await open(join(root, "inner/ckpt")))).toHaveProperty("pipeline.numClasses");
});

test("a prefix may end in a slash: its index is called .index", async () => {
  const root = await place("nameless", [
    ["m/checkpoint/ckpt-0.index", "c/.index"],
    ["m/checkpoint/ckpt-0.data-00000-of-00002", "c/.data-00000-of-00002"],
    ["m/checkpoint/ckpt-0.data-00001-of-00002", "c/.data-00001-of-00002"],
  ]);
  const expected = await variablesOf(join(folder, "m"));
  for (const path of ["c/", "c", "c/.index", "c/.data-00001-of-00002"]) {
    expect(await variablesOf(`${root}/${path}`), path).toEqual(expected);
  }
});

test.skipIf(process.platform !== "linux")("names that are not UTF-8 are read", async () => {
  const expected = await variablesOf(join(folder, "m"));
  const root = join(folder, "bytes");
  const name = Buffer.from([...Buffer.from(`${root}/`), 0xe9, 0xff]);
  await mkdir(name, { recursive: true });
  for (const [from, to] of [
    ["ckpt-0.index", ".index"],
    ["ckpt-0.data-00000-of-00002", ".data-00000-of-00002"],
    ["ckpt-0.data-00001-of-00002", ".data-00001-of-00002"],
  ]) {
    await copyFile(
      join(folder, "m/checkpoint", from),
      Buffer.concat([name, Buffer.from("/\xffx", "latin1"), Buffer.from(to)]),
    );
  }
  await copyFile(join(folder, "a.tar.gz"), Buffer.concat([name, Buffer.from(".tar.gz")]));
  for (const path of [
    "\udce9\udcff",
    "\udce9\udcff/\udcffx",
    "\udce9\udcff/\udcffx.index",
    "\udce9\udcff.tar.gz",
  ]) {
    expect(await variablesOf(join(root, path)), path).toEqual(expected);
  }
});

test("a file URL and a safetensors file are found too", async () => {
  expect((await open(`file://${folder}/a.tar.gz`)).format).toBe("tensorbundle");
  const path = join(folder, "a.safetensors");
  const tensors = new Map([["x", { shape: [1], data: Float32Array.of(1) }]]);
  await writeFile(path, safetensorsFile(tensors, new Map(), { dtype: "F32" }));
  expect((await open(path)).format).toBe("safetensors");
});

test("variables are read right in any order, small and large ones", async () => {
  const lengths = [3, 1_200_000, 1, 200_000, 1_000_000, 7];
  const tensors = new Map(
    lengths.map((length, i) => [
      `v${i}`,
      { shape: [length], data: Float32Array.from({ length }, (_, at) => i * 1e6 + at) },
    ]),
  );
  const path = join(folder, "mixed.safetensors");
  await writeFile(path, safetensorsFile(tensors, new Map(), { dtype: "F32" }));
  const checkpoint = await open(path);
  const names = [...tensors.keys()];
  for (const name of [...names, ...names.reverse(), "v3", "v0", "v5"]) {
    const data = await checkpoint.read(name);
    const expected = tensors.get(name)?.data ?? new Float32Array(0);
    expect(data.length).toBe(expected.length);
    expect(
      data.findIndex((value, at) => value !== expected[at]),
      name,
    ).toBe(-1);
  }
});

test("what is not there is the file system's error", async () => {
  await expect(open(join(folder, "nothing"))).rejects.toThrow("ENOENT");
});

describe("a damaged file", () => {
  const openFileCount = async () => (await readdir("/proc/self/fd").catch(() => [])).length;

  test("is refused or equal, cut anywhere and flipped anywhere, and nothing stays open", async () => {
    const expected = await contentsOf(await open(join(folder, "a.tar.gz")));
    const path = join(folder, "damaged.tar.gz");
    const before = await openFileCount();
    for (let i = 0; i < 200; i++) {
      const length = Math.floor((archive.length * i) / 200);
      await writeFile(path, archive.subarray(0, length));
      await expect(open(path)).rejects.toThrow(ModelError);
      const flipped = archive.slice();
      flipped[length] ^= 1 << (i % 8);
      await writeFile(path, flipped);
      await refusesOrEquals(() => open(path), expected, `byte ${length}`);
    }
    expect(await openFileCount()).toBeLessThan(before + 10);
  });

  test("an archive that is read in part is closed", async () => {
    const numbers = Array.from({ length: 600_000 }, (_, i) => Math.sin(i));
    const path = join(folder, "large.tar.gz");
    const halves = ["a", "b"].map((key) => ({ key, shape: [numbers.length], values: numbers }));
    await writeFile(path, tarGzOf(madeBundle("m/c", halves)));
    const before = await openFileCount();
    for (let i = 0; i < 5; i++) {
      const checkpoint = await open(path);
      expect((await checkpoint.read("a"))[599_999]).toBe(Math.fround(Math.sin(599_999)));
      await checkpoint.close?.();
    }
    await setTimeout(50); // closing is passed on from stream to stream
    expect(await openFileCount()).toBeLessThanOrEqual(before);
  });

  test("that became shorter since it was opened is noticed", async () => {
    const files = madeBundle("c", [{ key: "a", shape: [2], values: [1, 2] }]);
    for (const [name, contents] of files) await writeFile(join(folder, name), contents);
    const checkpoint = await open(join(folder, "c"));
    await writeFile(join(folder, "c.data-00000-of-00001"), Uint8Array.of(1, 2, 3));
    await expect(checkpoint.read("a")).rejects.toThrow(
      /expected 8 bytes at 0, got 3\. The file has changed since/,
    );
  });
});

test("over HTTP an archive is streamed, and anything else says what it is", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/a.tar.gz") response.end(archive);
    else if (request.url === "/cut.tar.gz") {
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 700), () => response.destroy());
    } else response.writeHead(404).end();
  }).listen(0);
  try {
    const root = `http://localhost:${(server.address() as AddressInfo).port}`;
    const expected = await contentsOf(await openFiles(SMALL_FILES));
    expect(await contentsOf(await open(`${root}/a.tar.gz`))).toEqual(expected);
    await expect(open(`${root}/cut.tar.gz`)).rejects.toThrow(
      /cut\.tar\.gz, after \d+ bytes: expected the rest/,
    );
    await expect(open(`${root}/other`)).rejects.toThrow("expected a file, got HTTP status 404");
  } finally {
    server.close();
  }
});
