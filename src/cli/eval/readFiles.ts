import { createReadStream } from "node:fs";
import { realpath } from "node:fs/promises";
import { freemem } from "node:os";
import { systemMessage, UsageError } from "../../errors.ts";
import { type Annotations, readAnnotations } from "../../evaluation/reading/annotations.ts";
import type { EvaluationType } from "../../evaluation/reading/foundColumns.ts";
import { type Results, readResults } from "../../evaluation/reading/results.ts";
import { MODELS } from "../../models/models.ts";
import { systemPath } from "../../platform/pathBytes.ts";
import { fileOrFolder } from "../../platform/regularFile.ts";
import { MergedShards } from "../shards/mergeShards.ts";
import type { FileDigests } from "./fileDigests.ts";

/** Bytes that are read at a time. */
const PART = 2 ** 20;
/** The share of the free memory that entries may take: sorting and accumulation need the rest. */
const SHARE = 0.4;

/** @throws UsageError for a file that cannot be read or is no COCO annotations file. */
export async function readAnnotationsFile(
  path: string,
  signal: AbortSignal,
  digests?: FileDigests,
): Promise<Annotations> {
  const source = await stream(path, `option --annotations ${path}`);
  const told = digests?.through(source, "annotations", path) ?? source;
  return readAnnotations(told, { name: path, maxBytes: freeBytes(), signal });
}

/** The files are parts of one set of results. @throws UsageError as `readResults`. */
export async function readResultsFiles(
  paths: readonly string[],
  annotations: Annotations,
  {
    type,
    signal,
    flag,
    digests,
  }: {
    readonly type?: EvaluationType;
    readonly signal: AbortSignal;
    readonly flag: string;
    readonly digests?: FileDigests;
  },
): Promise<Results> {
  const sources = [];
  const read = new Map<string, string>();
  for (const path of paths) {
    const where = `option ${flag} ${path}`;
    const real = await realpath(systemPath(path)).catch(() => path);
    const same = read.get(real);
    if (same !== undefined) throw new UsageError({ where, expected: "each file once", got: `${same} too` });
    read.set(real, path);
    const source = await results(path, where, signal);
    sources.push({ source: digests?.through(source, "results", path) ?? source, name: path });
  }
  return readResults(sources, annotations, { type, maxBytes: freeBytes(), signal });
}

/** Of a file, or of all shards in a folder, merged. */
async function results(path: string, where: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const info = await fileOrFolder(path).catch(() => undefined);
  if (!info?.isDirectory()) return stream(path, where);
  return merged(await MergedShards.open(path, where), signal);
}

async function* merged(shards: MergedShards, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield* shards.chunks(signal);
}

async function stream(path: string, where: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    const info = await fileOrFolder(path);
    if (info.isDirectory()) throw new Error("a folder");
  } catch (error) {
    const hint = hintFor(path);
    const fault = { where, expected: "a file of JSON", got: systemMessage(error), hint };
    throw new UsageError(fault, { cause: error });
  }
  return read(path, where);
}

function hintFor(path: string): string | undefined {
  if (path === "-") return "Standard input is not read: write the results to a file.";
  if (!MODELS.some(({ name }) => name === path)) return undefined;
  return "A model is run without --results: centernet eval <model> --annotations <file> --image-dir <folder>.";
}

/** Opens the file only when it is read. */
async function* read(path: string, where: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(systemPath(path), { highWaterMark: PART });
  try {
    for await (const chunk of file) yield chunk as Uint8Array;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError({ where, expected: "to read it", got: systemMessage(error) }, { cause: error });
  }
}

function freeBytes(): number {
  // Node 20.13 and later know the limits of a container, and memory that the system can free.
  return SHARE * (process.availableMemory?.() ?? freemem());
}
