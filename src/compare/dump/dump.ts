/** Tensors that another program computed: a safetensors file, or a folder of NumPy's arrays. */

import { findWeights } from "#platform";
import { type Dtype, type Numbers, readNumbers } from "../../checkpoints/bytes/dtype.ts";
import { quote } from "../../checkpoints/bytes/json.ts";
import { bytesSource, type RandomAccessFile } from "../../checkpoints/bytes/randomAccessFile.ts";
import { unknownVariable } from "../../checkpoints/checkpoint.ts";
import type { WeightsLocation } from "../../checkpoints/openCheckpoint.ts";
import { listSafetensors } from "../../checkpoints/safetensors/safetensors.ts";
import { CenterNetError, ModelError, systemMessage } from "../../errors.ts";
import { parseLayout } from "../../formats/layout.ts";
import { openNpy } from "../../formats/readNpy.ts";
import { blobWeights } from "../../platform/blobWeights.ts";
import { type FileKind, fileKind, START_BYTES } from "../../support/fileKind/fileKind.ts";
import { elementCount, type Layout } from "../../tensor.ts";

/** A path or URL, the bytes of a file, a `File` or other `Blob`, or several such files of NumPy's arrays. */
export type DumpSource = string | URL | Uint8Array | ArrayBuffer | Blob | readonly File[];

/** The tensors of another program, by its names. Each is read only when it is asked for. */
export interface Dump {
  /** The file's name in errors. */
  readonly where: string;
  readonly tensors: ReadonlyMap<string, DumpTensor>;
  /** The elements in row-major order; float64 and wide integers are not rounded. */
  read(name: string): Promise<Numbers>;
}

export interface DumpTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Present if the file states it. */
  readonly layout?: Layout;
}

const EXPECTED = "a safetensors file, or a folder of .npy files";
const NPY = /\.npy$/i;

/**
 * Opens a dump: the tensors of a safetensors file, or of all .npy files in a folder and below it, which are named by
 * their paths without `.npy`.
 *
 * @throws ModelError if there is no such file or folder, or if a file is damaged or of another kind.
 */
export async function openDump(source: DumpSource): Promise<Dump> {
  if (source instanceof Uint8Array) return openFile(bytesSource(source, "dump"));
  if (source instanceof ArrayBuffer) return openFile(bytesSource(new Uint8Array(source), "dump"));
  if (source instanceof Blob) return openLocation(await locationOf(source), nameOf(source));
  if (Array.isArray(source)) return openBlobs(source);
  const where = source.toString();
  let location: WeightsLocation;
  try {
    location = await findWeights(source as string | URL);
  } catch (error) {
    if (error instanceof CenterNetError) throw error;
    const fault = { where, expected: EXPECTED, got: systemMessage(error), hint: "Check the path." };
    throw new ModelError(fault, { cause: error });
  }
  return openLocation(location, where);
}

function openLocation(location: WeightsLocation, where: string): Promise<Dump> {
  if (location.kind === "file") return openFile(location.source);
  if (location.kind === "folder") return openArrays(location.files.where, location.files);
  throw new ModelError({ where, expected: EXPECTED, got: "a gzip file", hint: "Unpack it first." });
}

/** What to do with tensors in a file of another kind. */
const HINTS: Partial<Record<NonNullable<FileKind["reader"]>, string>> = {
  torch: "Save the tensors with safetensors.torch.save_file; unpack an .npz into a folder.",
};

async function openFile(source: RandomAccessFile): Promise<Dump> {
  const { where, length } = source;
  const start = new Uint8Array(Math.min(length, START_BYTES));
  await source.read(0, start);
  const kind = fileKind(start, length);
  if (kind.reader === "safetensors") return openSafetensors(source);
  if (NPY.test(where)) {
    const name = where.split(/[/\\]/).at(-1) ?? where;
    return openArrays(where, { paths: [name], open: async () => source });
  }
  // What helps with weights of another format is of no use here.
  const hint = (kind.reader && HINTS[kind.reader]) ?? (kind.family === "weights" ? undefined : kind.hint);
  throw new ModelError({ where, expected: EXPECTED, got: kind.what, hint });
}

/** The keys of the metadata: of all tensors, and of one. */
const LAYOUT = "layout";
const LAYOUT_OF = /^layout:(.*)$/s;

async function openSafetensors(source: RandomAccessFile): Promise<Dump> {
  const { where } = source;
  const { metadata, tensors } = await listSafetensors(source);
  const layouts = new Map<string, Layout>();
  for (const [key, value] of metadata) {
    const name = LAYOUT_OF.exec(key)?.[1];
    if (key !== LAYOUT && name === undefined) continue;
    if (name !== undefined && !tensors.has(name)) {
      const fault = { where: `${where} metadata ${quote(key)}`, expected: "a tensor of the file" };
      throw new ModelError({ ...fault, got: "none of that name" });
    }
    layouts.set(name ?? LAYOUT, parseLayout(value, `${where} metadata ${quote(key)}`, ModelError));
  }
  const layoutOf = (name: string) => layouts.get(name) ?? layouts.get(LAYOUT);
  const described = [...tensors].map(
    ([name, { dtype, shape }]) => [name, { dtype, shape, layout: layoutOf(name) }] as const,
  );
  return {
    where,
    tensors: new Map(described),
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw unknownVariable(where, name);
      return readNumbers(source, tensor.begin, elementCount(tensor.shape), tensor.dtype);
    },
  };
}

interface Files {
  readonly paths: readonly string[];
  open(path: string): Promise<RandomAccessFile>;
}

/** A file is opened again when its tensor is read: what it has read ahead would take more memory than the list. */
async function openArrays(where: string, { paths, open }: Files): Promise<Dump> {
  const arrays = [...paths].filter((path) => NPY.test(path)).sort();
  if (arrays.length === 0) {
    const got = paths.length === 0 ? "an empty folder" : "only files of other kinds";
    throw new ModelError({ where, expected: ".npy files in this folder", got });
  }
  const tensors = new Map<string, DumpTensor>();
  const pathOf = new Map<string, string>();
  for (const path of arrays) {
    const name = path.replace(NPY, "");
    if (tensors.has(name)) {
      const fault = { where: `${where} file ${quote(path)}`, expected: "each tensor once", got: "it twice" };
      throw new ModelError(fault);
    }
    const { dtype, shape } = await openNpy(await open(path));
    tensors.set(name, { dtype, shape });
    pathOf.set(name, path);
  }
  return {
    where,
    tensors,
    async read(name) {
      const path = pathOf.get(name);
      if (path === undefined) throw unknownVariable(where, name);
      return (await openNpy(await open(path))).read();
    },
  };
}

async function openBlobs(files: readonly File[]): Promise<Dump> {
  if (files.length === 1) return openDump(files[0]);
  const byName = new Map(files.map((file) => [file.name, file]));
  if (byName.size < files.length) {
    throw new ModelError({ where: "dump", expected: "files of different names", got: "one name twice" });
  }
  return openArrays("dump", {
    paths: [...byName.keys()],
    async open(path) {
      const location = await locationOf(byName.get(path) as File);
      if (location.kind === "file") return location.source;
      throw new ModelError({ where: path, expected: "an array of NumPy (.npy)", got: "a gzip file" });
    },
  });
}

function locationOf(blob: Blob): Promise<WeightsLocation> {
  return blobWeights(blob, nameOf(blob));
}

function nameOf(blob: Blob): string {
  return "name" in blob && typeof blob.name === "string" ? blob.name : "dump";
}
