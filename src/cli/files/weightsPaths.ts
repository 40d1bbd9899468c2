import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RandomAccessFile } from "../../checkpoints/bytes/randomAccessFile.ts";
import { DEFAULT_MODEL } from "../../models/models.ts";
import { archivePath } from "../../platform/archiveCache.ts";
import { findWeights, isHttp, pathOf } from "../../platform/node.ts";
import { packagedWeights } from "../../platform/packagedWeights.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import type { PathUse } from "./refuseOverwriting.ts";

/** What a TensorFlow checkpoint consists of; other files of its folder are not read. */
const BUNDLE_FILE = /(^|\/)(checkpoint|[^/]*\.(index|data-\d+-of-\d+|config|pbtxt|pb)|label_?map[^/]*\.txt)$/;
const CONFIG = "pipeline.config";
/** The largest known model.json has 400 kB. */
const MAX_MANIFEST = 256 * 2 ** 20;

/**
 * The files that weights are read from: `--weights` and the parts that such a file has, or else the files that
 * the model's name leads to. What cannot be opened is reported when it is opened.
 */
export async function weightsUses(weights: string | undefined, model = DEFAULT_MODEL): Promise<PathUse[]> {
  const fallback = weights === undefined ? [] : [weights];
  const paths = await (weights === undefined ? namedWeights(model) : partsOf(weights)).catch(() => fallback);
  return paths.map((path) => ({ path, role: "input", name: `weights ${path}` }));
}

async function namedWeights(model: string): Promise<string[]> {
  const packaged = packagedWeights(model);
  return [...(packaged ? [fileURLToPath(packaged)] : []), archivePath(model)];
}

async function partsOf(weights: string): Promise<string[]> {
  if (isHttp(weights)) return [];
  const path = pathOf(weights);
  const found = await findWeights(path);
  if (found.kind === "archive") return [path];
  if (found.kind === "file") return [path, ...(await shardsOf(path, found.source))];
  const { where: folder, paths } = found.files;
  const names = [...paths.filter((name) => BUNDLE_FILE.test(name)), `../${CONFIG}`, `../../${CONFIG}`];
  return [path, ...names.map((name) => join(folder, name))];
}

/** The files that a TensorFlow.js model.json lists. */
async function shardsOf(path: string, source: RandomAccessFile): Promise<string[]> {
  const start = new Uint8Array(Math.min(source.length, 1));
  await source.read(0, start);
  if (start[0] !== "{".charCodeAt(0) || source.length > MAX_MANIFEST) return [];
  const manifest = JSON.parse(new TextDecoder().decode(await readRegularFile(path))).weightsManifest;
  const names = (Array.isArray(manifest) ? manifest : []).flatMap((group) => group?.paths);
  return names.flatMap((name) => (typeof name === "string" ? join(dirname(path), basename(name)) : []));
}
