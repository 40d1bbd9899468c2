import { walkTar } from "../../../src/checkpoints/archives/tarStream.ts";
import { byteLengthOf } from "../../../src/checkpoints/bytes/dtype.ts";
import { zooKeys } from "../../../src/checkpoints/names/zooKeys.ts";
import { parseLabelMap } from "../../../src/checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { parsePipelineConfig } from "../../../src/checkpoints/pipelineConfig/pipelineConfig.ts";
import { parseBundleIndex } from "../../../src/checkpoints/tensorBundle/bundleIndex.ts";
import { parseObjectGraph } from "../../../src/checkpoints/tensorBundle/objectGraph.ts";
import { unsnappy } from "../../../src/checkpoints/tensorBundle/snappy.ts";
import { readSortedTable } from "../../../src/checkpoints/tensorBundle/sortedTable.ts";
import { bytes, madeTable, tableOfBlocks } from "./madeBundle.ts";

/** What each fuzz target reads, and that what it accepts is consistent. */

export async function readTar(tar: Uint8Array): Promise<void> {
  let position = 0;
  let owned = 0;
  const skip = async (count: number) => {
    const got = Math.min(count, tar.length - position);
    position += got;
    return got;
  };
  const fill = async (target: Uint8Array) => {
    const start = position;
    const got = await skip(target.length);
    target.set(tar.subarray(start, start + got));
    return got;
  };
  await walkTar({ where: "fuzz.tar", fill, skip }, async ({ path, size, start }) => {
    if (path.split("/").includes("..") || path.startsWith("/")) throw new Error(`left the folder: ${path}`);
    if (start !== position) throw new Error(`${path} is not where it is said to be`);
    owned += size;
    return skip(size);
  });
  if (owned > tar.length) throw new Error("more bytes than the archive has");
}

/** A block whose checksum is made to fit, since few mutants would get past it. */
export function readTableBlock(block: Uint8Array): void {
  const values = readSortedTable(tableOfBlocks([["z", block]]), "fuzz.index");
  for (const value of values.values()) if (value.length > block.length) throw new Error("a value too long");
}

export function readIndex(index: Uint8Array): void {
  parseBundleIndex(index, "fuzz.index");
}

/** A variable's entry; its first byte, if it is odd, makes it the header. */
export function readEntry(message: Uint8Array): void {
  const isHeader = (message[0] ?? 0) % 2 === 1;
  const rest = message.subarray(1);
  const table = madeTable([
    ["", isHeader ? rest : bytes(8, 1)],
    ["k", isHeader ? bytes(8, 1, 18, 0, 40, 4) : rest],
  ]);
  for (const { dtype, shape, byteLength } of parseBundleIndex(table, "fuzz.index").entries.values()) {
    if (dtype !== "STRING" && byteLengthOf(dtype, shape, "fuzz") !== byteLength)
      throw new Error("no such size");
  }
}

export function readGraph(message: Uint8Array): void {
  const graph = parseObjectGraph(message, "fuzz");
  const keys = graph.nodes.flatMap(({ variable }) => variable?.key ?? []);
  zooKeys(keys, "fuzz", graph);
}

export function readSnappy(stored: Uint8Array): void {
  const { length } = unsnappy(stored, "fuzz");
  if (length > stored.length * 22) throw new Error("more than snappy can hold");
}

export function readConfig(text: Uint8Array): void {
  const { numClasses, imageResizer } = parsePipelineConfig(text, "pipeline.config");
  if (numClasses < 1 || !imageResizer) throw new Error("no model");
}

export function readLabels(text: Uint8Array): void {
  const { items } = parseLabelMap(text, "label_map.pbtxt");
  if (new Set(items.map(({ id }) => id)).size !== items.length) throw new Error("an id twice");
}
