import { ModelError } from "../../errors.ts";
import { unmaskCrc } from "../../support/crc.ts";
import { quote } from "../bytes/json.ts";
import { type ModelFiles, readWhole } from "../bytes/randomAccessFile.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { type DetectionApiSidecar, detectionApiSidecar } from "../pipelineConfig/detectionApiSidecar.ts";
import { parseTextProto } from "../pipelineConfig/textProto.ts";
import { TextProtoView } from "../pipelineConfig/textProtoView.ts";
import { OBJECT_GRAPH_KEY, type ObjectGraph, parseObjectGraph } from "./objectGraph.ts";
import { openTensorBundle, type TensorBundle } from "./tensorBundle.ts";

/** A TensorFlow checkpoint: a TensorBundle, and the Object Detection API's files beside it. */
export interface BundleCheckpoint extends Checkpoint {
  readonly format: "tensorbundle";
  /** The Object Detection API's files beside it. */
  readonly sidecar: DetectionApiSidecar;
  /** How its program held the variables. Small checkpoints made by other means have none. */
  readonly objectGraph?: ObjectGraph;
}

const MAX_INDEX = 16 * 2 ** 20;
const MAX_TEXT = 2 ** 20;
const INDEX = /^(.*)\.index$/;
const CONFIG = "pipeline.config";
const LABEL_MAP = /label_?map[^/]*\.(pbtxt|txt)$/;

/**
 * Opens the checkpoint among `files`: the one with `prefix` (`checkpoint/ckpt-0`), or the only one, or the
 * one that the folder's file `checkpoint` names. The variables of a SavedModel count only if there is nothing
 * else.
 *
 * @throws ModelError if anything is missing, ambiguous or broken.
 */
export async function openBundle(files: ModelFiles, prefix?: string): Promise<BundleCheckpoint> {
  const { where, paths } = files;
  const chosen = prefix ?? (await choosePrefix(files));
  const index = await readText(files, `${chosen}.index`, MAX_INDEX);
  const bundle = await openTensorBundle(index, `${where} ${chosen}.index`, async (shard, shards) => {
    const path = `${chosen}.data-${fiveDigits(shard)}-of-${fiveDigits(shards)}`;
    if (paths.includes(path)) return files.open(path);
    throw new ModelError({ where, expected: `the data file ${quote(path)}`, got: "none of that name" });
  });
  const config = nearest(paths, chosen, (path) => path === CONFIG || path.endsWith(`/${CONFIG}`));
  const labels = nearest(paths, chosen, (path) => LABEL_MAP.test(path));
  const texts = {
    pipeline: config === undefined ? undefined : await readText(files, config, MAX_TEXT),
    labelMap: labels === undefined ? undefined : await readText(files, labels, MAX_TEXT),
  };
  const sidecar = detectionApiSidecar(texts, `${where} ${config}`, `${where} ${labels}`);
  const { pipeline, labelMap } = sidecar;

  const metadata = new Map([["checkpoint", chosen]]);
  if (config) metadata.set("configuration", config);
  if (labels) metadata.set("label map", labels);
  const unknown = [...(pipeline?.unknown ?? []), ...(labelMap?.unknown ?? [])];
  if (unknown.length > 0) metadata.set("unknown fields", unknown.join(", "));
  return {
    format: "tensorbundle",
    where,
    metadata,
    sidecar,
    objectGraph: await readObjectGraph(bundle, `${where} ${chosen}`),
    variables: new Map(
      [...bundle.entries].map(([key, { dtype, shape, byteLength, checksum }]) => [
        key,
        { dtype, shape, byteLength, checksum: unmaskCrc(checksum) },
      ]),
    ),
    read: (name) => bundle.read(name),
    close: () => files.close(),
  };
}

function fiveDigits(number: number): string {
  return String(number).padStart(5, "0");
}

async function readText(files: ModelFiles, path: string, limit: number): Promise<Uint8Array> {
  if (!files.paths.includes(path)) {
    throw new ModelError({ where: files.where, expected: `a file ${quote(path)}`, got: "none of that name" });
  }
  return readWhole(await files.open(path), limit);
}

async function readObjectGraph(bundle: TensorBundle, where: string): Promise<ObjectGraph | undefined> {
  const entry = bundle.entries.get(OBJECT_GRAPH_KEY);
  if (entry?.dtype !== "STRING") return undefined;
  const [message] = await bundle.readTexts(OBJECT_GRAPH_KEY);
  return message && parseObjectGraph(message, `${where} object graph`);
}

async function choosePrefix(files: ModelFiles): Promise<string> {
  const { where, paths } = files;
  const all = paths.flatMap((path) => INDEX.exec(path)?.[1] ?? []);
  const checkpoints = all.filter((path) => folderOf(path).split("/").at(-1) !== "variables");
  const candidates = checkpoints.length > 0 ? checkpoints : all;
  if (candidates.length === 1) return candidates[0];
  if (candidates.length === 0) {
    const got = paths.length > 0 ? `${paths.length} others, as ${quote(paths[0])}` : "no files";
    throw new ModelError({ where, expected: "a checkpoint's .index file", got });
  }
  const noted = new Set<string>();
  for (const path of paths) {
    if (path.split("/").at(-1) !== "checkpoint") continue;
    const view = new TextProtoView(
      parseTextProto(await readText(files, path, MAX_TEXT), `${where} ${path}`),
      `${where} ${path}`,
    );
    // Possibly a path of the training machine, so only the last part counts.
    const name = view.string("model_checkpoint_path", "").split("/").at(-1);
    const folder = folderOf(path);
    noted.add(folder === "" ? `${name}` : `${folder}/${name}`);
  }
  const named = candidates.filter((candidate) => noted.has(candidate));
  if (named.length === 1) return named[0];
  throw new ModelError({
    where,
    expected: "one checkpoint",
    got: `${candidates.length}: ${candidates.slice(0, 5).map(quote).join(", ")}`,
    hint: "Name one of them, without .index.",
  });
}

/** The path beside the checkpoint or in the nearest folder above it; else the only one. */
function nearest(
  paths: readonly string[],
  prefix: string,
  fits: (path: string) => boolean,
): string | undefined {
  const fitting = paths.filter(fits);
  if (fitting.length === 1) return fitting[0];
  for (let folder = folderOf(prefix); ; folder = folderOf(folder)) {
    const here = fitting.filter((path) => folderOf(path) === folder);
    if (here.length > 0) return here.length === 1 ? here[0] : undefined;
    if (folder === "") return undefined;
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
