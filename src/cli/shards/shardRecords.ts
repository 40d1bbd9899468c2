/** The records of a shard: what `detect --shard` does with them. */
import { dirname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import type { Network } from "../../network.ts";
import type { DetectFlags } from "../detect/flags.ts";
import type { Records } from "../detect/records.ts";
import { makeFolders } from "../files/outputTarget.ts";
import { print, type Session } from "../io.ts";
import type { ImageList } from "../lists/imageList.ts";
import { digestOf } from "../lists/listFile.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { version } from "../version.ts";
import { finishedShard, startOf } from "./finishedShard.ts";
import { FOLDER_FILES } from "./folderFiles.ts";
import { askedOf, optionsOf, ranOn, resultModel, weightsDigest } from "./runFacts.ts";
import { type Shard, shardInWords, shardName, shardNamed, sizeOfShard } from "./shard.ts";
import { ShardFile } from "./shardFile.ts";
import { differenceOf, imageLine, SHARD_START, type ShardHeader, type ShardRun } from "./shardFormat.ts";
import { canRenameBeside, removeUnfinished } from "./unfinishedFiles.ts";
import { writeFailure } from "./writeFailure.ts";

/**
 * Prepares a shard's file in the folder of `--json`. Undefined if it is finished already.
 *
 * @throws UsageError if the folder cannot be written to, or holds shards of another run.
 */
export async function openShard(
  images: ImageList,
  flags: DetectFlags & { readonly json: string; readonly shard: Shard },
  session: Session,
): Promise<Records | undefined> {
  const { json: folder, shard } = flags;
  const { signal } = session;
  const where = `option --json ${folder}`;
  const path = join(folder, shardName(shard));
  await refuseOtherCounts(folder, shard, where);
  const known = {
    version: version(),
    list: { images: images.length, sha256: digestOf(images) },
    of: shard.count,
    weights: await weightsDigest(flags, signal),
    options: await optionsOf(flags, signal),
  };
  refuseForeign(path);
  const end = finishedShard(path, (found) => checkRun(found, known, askedOf(flags), path));
  if (end) {
    await removeUnfinished(path);
    const failed = end.failed > 0 ? `, ${end.failed} failed` : "";
    const counts = `${formatCounted(end.images, "image")}${failed}`;
    if (!flags.quiet) print(session, `${shardInWords(shard)} is complete: ${path}, ${counts}`);
    return undefined;
  }
  const rename = await prepared(path, where);
  const size = sizeOfShard(shard, images.length);
  let file: ShardFile | undefined;
  return {
    takesStdout: false,
    async begin(network: Network) {
      const { weights = "", ...facts } = known;
      const run: ShardRun = { ...facts, weights, model: resultModel(network), ran: ranOn(network) };
      file = await ShardFile.start(folder, { run, shard }, { rename });
      const done = file.images;
      const next = shard.index + done * shard.count;
      const has = (position: number) => position >= next && position % shard.count === shard.index;
      const note = done > 0 ? `${done} of ${formatCounted(size, "image")} done before` : undefined;
      return { count: size - done, has, note };
    },
    async add({ image, record }) {
      await file?.add(imageLine(image, record), record.error !== undefined);
    },
    async finish() {
      if (!file) return [];
      const isWhole = await file.finish();
      const counts = `${file.images} of ${formatCounted(size, "image")}`;
      return [isWhole ? `${shardInWords(shard)}: ${path}` : `${shardInWords(shard)}: ${counts} done`];
    },
  };
}

/** Makes the folder if it is missing. Returns whether its files can be renamed. */
async function prepared(path: string, where: string): Promise<boolean> {
  try {
    await makeFolders(dirname(path));
    return await canRenameBeside(path);
  } catch (error) {
    throw writeFailure(where, "a folder to write shards to", error);
  }
}

/** A task that was started alone would otherwise take itself for a whole run. */
async function refuseOtherCounts(folder: string, shard: Shard, where: string): Promise<void> {
  // What is wrong with the folder is reported when it is written to.
  const names = await FOLDER_FILES.names(folder).catch(() => []);
  const other = names.find((name) => (shardNamed(name)?.count ?? shard.count) !== shard.count);
  if (other === undefined) return;
  const expected = `no shards but those of ${shard.count}`;
  throw new UsageError({ where, expected, got: other, hint: "Choose another folder for another run." });
}

/** What is no shard, not even a torn one, must not be replaced. */
function refuseForeign(path: string): void {
  const start = startOf(path);
  if (start === undefined || SHARD_START.startsWith(start) || start === SHARD_START) return;
  const hint = "Remove it, or choose another folder.";
  throw new UsageError({ where: path, expected: "a shard's file, or none", got: "another file", hint });
}

function checkRun(
  { run }: ShardHeader,
  known: Partial<ShardRun>,
  asked: Readonly<Record<string, unknown>>,
  path: string,
): void {
  const difference = differenceOf(known, run);
  const hint = "Remove it, or choose another folder for another run.";
  if (difference) {
    const { part, one, other } = difference;
    throw new UsageError({ where: path, expected: `a shard of the ${part} ${one}`, got: other, hint });
  }
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || run.ran[name] === value) continue;
    const got = String(run.ran[name] ?? "none");
    throw new UsageError({ where: path, expected: `a shard of the ${name} ${value}`, got, hint });
  }
}
