import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bytesSource } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import type { Checkpoint } from "../../src/checkpoints/checkpoint.ts";
import { openTorch } from "../../src/checkpoints/torch/torch.ts";
import { elementCount } from "../../src/tensor.ts";
import { fuzz } from "../support/fuzz.ts";
import { tarOf, withChecksums } from "./support/madeArchive.ts";
import { concatenated, type MadeVariable, madeBundle } from "./support/madeBundle.ts";
import { madeZip } from "./support/madeZip.ts";
import { repairBundle, repairGzip, repairTable, repairZip } from "./support/repairChecksums.ts";
import { openArchive, openFiles, SMALL_FILES } from "./support/smallCheckpoint.ts";
import { readAll, torchFileBytes, torchFileCases } from "./support/torchFiles.ts";

/**
 * Mutants whose checksums are set right afterwards, of every container that has some: only those get to the parsers
 * behind the checksum. PNG's are in test/image/fuzz.test.ts.
 */

const SPARE_BYTES = 64 * 2 ** 20;

async function readNumbers(checkpoint: Checkpoint, fileLength: number): Promise<void> {
  for (const [name, { shape, dtype }] of checkpoint.variables) {
    if (dtype === "STRING") continue;
    const values = await checkpoint.read(name);
    if (values.length !== elementCount(shape)) throw new Error(`${name} has not its shape's size`);
    if (values.byteLength > fileLength + SPARE_BYTES) throw new Error(`${name} is larger than allowed`);
  }
  await checkpoint.close?.();
}

const zips = torchFileCases()
  .filter(({ file, expect }) => expect && !file.startsWith("tiny-"))
  .map(({ file }) => torchFileBytes(file))
  .filter((bytes) => bytes[0] === 0x50 && bytes.length > 100 && bytes.length < 5000);
const deflated = madeZip([
  { path: "a/data.pkl", bytes: new TextEncoder().encode("}."), deflated: true },
  { path: "a/byteorder", bytes: new TextEncoder().encode("little"), deflated: true },
]);

const VARIABLES: MadeVariable[] = [
  { key: "a/kernel", shape: [2, 3], values: [1, -2, 3.5, 0, 1e-40, 6] },
  { key: "b/gamma", shape: [4], values: [1, 1, 1, 1] },
  { key: "none", shape: [0, 4], values: [] },
  { key: "save_counter", shape: [], values: [3n] },
];
const [[, index], [, data]] = [...madeBundle("c", VARIABLES, { blockEntries: 2 })];

const tar = tarOf(SMALL_FILES);
const gzip = new Uint8Array(gzipSync(tar));

const readTorch = async (bytes: Uint8Array) =>
  readNumbers(await openTorch(bytesSource(bytes, "mutant")), bytes.length);
const readBundle = async (mutant: Uint8Array) => {
  const files = new Map([
    ["c.index", repairBundle(mutant.subarray(0, -data.length), mutant.subarray(-data.length))],
    ["c.data-00000-of-00001", mutant.slice(-data.length)],
  ]);
  await readNumbers(await openFiles(files), mutant.length);
};

const KINDS: [string, Uint8Array[], (bytes: Uint8Array) => Promise<void>][] = [
  ["torch's zip", [...zips, deflated], (mutant) => readTorch(repairZip(mutant))],
  ["TensorBundle", [concatenated(index, data)], readBundle],
  [
    "tar.gz, its tar mutated",
    [tar],
    async (mutant) => {
      const packed = new Uint8Array(gzipSync(withChecksums(mutant), { level: 1 }));
      return readNumbers(await openArchive(packed), packed.length);
    },
  ],
  [
    "tar.gz, its gzip mutated",
    [gzip],
    async (mutant) => readNumbers(await openArchive(repairGzip(mutant)), mutant.length),
  ],
];

/** FUZZ_RUNS sets the number of mutants; the full count is 100,000 each. */
test.each(KINDS)(
  "mutants of %s with their checksums repaired are read consistently or refused",
  { timeout: 36_000_000 },
  async (name, seeds, run) => {
    const result = await fuzz({ seeds, run, seed: 50, maxMilliseconds: 2000 });
    expect(result.refused).toBeGreaterThan(0);
    expect(result.accepted).toBeGreaterThan(0);
    if (process.env.FUZZ_RUNS) console.log(name, JSON.stringify(result));
  },
);

test("a repair lets a change of the contents pass that is refused without it", async () => {
  const zip = torchFileBytes("ok-handmade.pth");
  const at = Buffer.from(zip).indexOf(Buffer.from(Float32Array.of(1).buffer));
  zip[at] ^= 1;
  await expect(readAll(bytesSource(zip, "x"))).rejects.toThrow("checksum");
  expect((await readAll(bytesSource(repairZip(zip), "x"))).size).toBeGreaterThan(0);

  const changed = data.slice();
  changed[0] ^= 1;
  const files = (indexFile: Uint8Array) =>
    new Map([
      ["c.index", indexFile],
      ["c.data-00000-of-00001", changed],
    ]);
  const read = async (indexFile: Uint8Array) => (await openFiles(files(indexFile))).read("a/kernel");
  await expect(read(index)).rejects.toThrow("checksum");
  expect((await read(repairBundle(index, changed)))[0]).not.toBe(1);
  expect(repairTable(index)).toEqual(index);
  expect(repairGzip(gzip)).toEqual(gzip);
});
