import { expect, test } from "vitest";
import { readZipDirectory } from "../../src/checkpoints/archives/zipDirectory.ts";
import { zipRecordSource } from "../../src/checkpoints/archives/zipRecordSource.ts";
import {
  bytesSource,
  type RandomAccessFile,
  readWhole,
} from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { readPickle } from "../../src/checkpoints/torch/pickle.ts";
import { PickleCursor } from "../../src/checkpoints/torch/pickleCursor.ts";
import { openTorch } from "../../src/checkpoints/torch/torch.ts";
import { TORCH_RULES } from "../../src/checkpoints/torch/torchObjects.ts";
import { elementCount } from "../../src/tensor.ts";
import { fuzz } from "../support/fuzz.ts";
import { madeZip } from "./support/madeZip.ts";
import { torchFileBytes, torchFileCases } from "./support/torchFiles.ts";

/** FUZZ_RUNS sets the number of mutants; the full count is 1,000,000 each. */
const timeout = 36_000_000;
const small = torchFileCases()
  .filter(({ file, expect }) => expect && !file.startsWith("tiny-"))
  .map(({ file }) => torchFileBytes(file))
  .filter(({ length }) => length > 100 && length < 5000);
const zips = small.filter((bytes) => bytes[0] === 0x50);
const legacies = small.filter((bytes) => bytes[0] === 0x80);
const pickles = await Promise.all(zips.map(pickleOf));

test("mutants of torch's zip files are read consistently or refused", { timeout }, async () => {
  report("torch zip", await fuzz({ seeds: zips, run: readTorch, seed: 11, maxMilliseconds: 1000 }));
});

test("mutants of torch's legacy files are read consistently or refused", { timeout }, async () => {
  report("torch legacy", await fuzz({ seeds: legacies, run: readTorch, seed: 12, maxMilliseconds: 1000 }));
});

test("mutants of a pickle in a whole archive are read consistently or refused", { timeout }, async () => {
  const data = Uint8Array.from({ length: 4704 }, (_, i) => i);
  const storages = Array.from({ length: 12 }, (_, key) => ({ path: `a/data/${key}`, bytes: data }));
  const run = (pickle: Uint8Array) =>
    readTorch(madeZip([...storages, { path: "a/data.pkl", bytes: pickle }]));
  report("torch pickle", await fuzz({ seeds: pickles, run, seed: 13, maxMilliseconds: 1000 }));
});

test("mutants of a pickle alone are read or refused", { timeout }, async () => {
  const run = (bytes: Uint8Array) => readPickle(new PickleCursor(bytes, "mutant"), TORCH_RULES);
  for (const pickle of pickles) expect(run(pickle)).toBeInstanceOf(Map);
  const result = await fuzz({ seeds: pickles, run, seed: 14, maxMilliseconds: 1000 });
  expect(result.accepted).toBeGreaterThan(0);
  report("pickle", result);
});

const FREE_BYTES = 64 * 2 ** 20;

/** Reads every variable; throws a plain Error where the result contradicts itself or is larger than it may be. */
async function readTorch(bytes: Uint8Array): Promise<void> {
  const checkpoint = await openTorch(watched(bytesSource(bytes, "mutant")));
  for (const [name, { shape }] of checkpoint.variables) {
    const values = await checkpoint.read(name);
    if (values.length !== elementCount(shape)) throw new Error(`${name} has not its shape's size`);
    if (values.byteLength > bytes.length + FREE_BYTES) throw new Error(`${name} is larger than allowed`);
  }
}

/** All memory for what a file holds is asked for here. */
function watched(source: RandomAccessFile): RandomAccessFile {
  return {
    ...source,
    async read(offset, target) {
      if (offset < 0 || offset + target.length > source.length) throw new Error("a read beyond the file");
      await source.read(offset, target);
    },
  };
}

async function pickleOf(zip: Uint8Array): Promise<Uint8Array> {
  const source = bytesSource(zip, "seed");
  const record = [...(await readZipDirectory(source)).values()].find(({ path }) =>
    path.endsWith("/data.pkl"),
  );
  if (!record) throw new Error("a seed without data.pkl");
  return readWhole(await zipRecordSource(source, record), 1e6);
}

function report(name: string, result: { refused: number }): void {
  expect(result.refused).toBeGreaterThan(0);
  if (process.env.FUZZ_RUNS) console.log(name, JSON.stringify(result));
}
