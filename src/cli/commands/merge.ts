import type { Command } from "commander";
import { UsageError } from "../../errors.ts";
import { parsePath, valueOption } from "../arguments/options.ts";
import { EXIT } from "../failures.ts";
import { isStdout } from "../files/jsonLines.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, printError, type Session } from "../io.ts";
import { type Annotations, readAnnotations } from "../save/annotations.ts";
import { COCO_NAMES, openCocoFiles } from "../save/cocoFiles.ts";
import { imageIds } from "../save/imageIds.ts";
import { MergedShards } from "../shards/mergeShards.ts";
import type { ShardLine } from "../shards/shardFormat.ts";
import { formatCounted } from "../terminal/formatNumber.ts";

interface MergeFlags {
  readonly output?: string;
  readonly coco?: string;
  readonly annotations?: string;
}

const HELP = `
The folder is that of centernet detect --shard i/n --json <folder>. All n shards
must be there, be whole, and come from the same list, model, weights, options,
backend and version of this program; otherwise nothing is written. Lines come in
the order of the list, without times: the bytes do not depend on n.

An image that failed has a line with its error. The files are written, and the
exit code is 3.

Examples:
  centernet merge shards --output results.jsonl
  centernet merge shards --coco results --annotations instances_val2017.json
  centernet eval --annotations instances_val2017.json --results shards`;

export function addMerge(program: Command, session: Session): void {
  const path = (flags: string, text: string) => valueOption(flags, text, parsePath);
  program
    .command("merge")
    .description("Merge the shards of a run that was split over processes or machines.")
    .argument("<folder>", "the folder of shards")
    .addOption(path("-o, --output <file>", "write lines of JSON; - prints only them to stdout"))
    .addOption(path("--coco <folder>", "write COCO results, as detect --save coco does"))
    .addOption(path("--annotations <file>", "with --coco: the file whose image ids to use"))
    .addHelpText("after", HELP)
    .action((folder: string, flags: MergeFlags) => merge(folder, flags, session));
}

async function merge(folder: string, flags: MergeFlags, session: Session): Promise<void> {
  const { output, coco } = flags;
  checkFlags(flags);
  const annotations = flags.annotations === undefined ? undefined : await readAnnotations(flags.annotations);
  const shards = await MergedShards.open(folder, `folder ${folder}`);
  refuseHarm(shards, flags);
  const { signal } = session;
  const say = output !== undefined && isStdout(output) ? printError : print;
  const failures = new Failures();
  const saved: string[] = [];
  if (output !== undefined) {
    const chunks = shards.chunks(signal, (line) => failures.add(line));
    if (isStdout(output)) await printChunks(chunks, session);
    else {
      await writeOutput(output, chunks, `option --output ${output}`);
      saved.push(output);
    }
  }
  if (coco !== undefined) {
    saved.push(...(await writeCoco(shards, coco, annotations, session)));
    if (output === undefined) for (const line of shards.lines(signal)) failures.add(line);
  }
  const counts = `${formatCounted(shards.length, "image")} of ${formatCounted(shards.paths.length, "shard")}`;
  say(session, saved.length > 0 ? `${counts}: ${saved.join(", ")}` : counts);
  if (failures.count === 0) return;
  session.exitCode = EXIT.images;
  say(session, `${formatCounted(failures.count, "image")} failed, the first: ${failures.first}`);
}

class Failures {
  count = 0;
  first = "";

  add({ hasFailed, image, record }: ShardLine): void {
    if (!hasFailed) return;
    if (this.count++ === 0) this.first = record.error?.message ?? image;
  }
}

async function printChunks(chunks: Iterable<Uint8Array>, { stdout, signal }: Session): Promise<void> {
  for (const chunk of chunks) {
    if (stdout.write(chunk)) continue;
    // The reader may also go away.
    await new Promise((resolve) => {
      stdout.once("drain", resolve);
      signal.addEventListener("abort", resolve, { once: true });
    });
    signal.throwIfAborted();
  }
}

async function writeCoco(
  shards: MergedShards,
  folder: string,
  annotations: Annotations | undefined,
  { signal }: Session,
): Promise<readonly string[]> {
  // Reads all lines, so that nothing is written of shards that are damaged.
  const ids = imageIds(shards.images(signal), annotations);
  await OutputFolder.open(folder, "--coco");
  const files = await openCocoFiles(folder, shards.run.model, ids, annotations);
  try {
    for (const { position, image, name, record } of shards.lines(signal)) {
      const { detections, width, height } = record;
      const result = detections &&
        width !== undefined &&
        height !== undefined && { detections, width, height };
      await files.add({
        image: { position, path: image, relativePath: name },
        record,
        ...(result && { result }),
      });
    }
  } finally {
    await files.finish();
  }
  return files.paths;
}

/** @throws UsageError for flags that contradict each other. */
function checkFlags({ output, coco, annotations }: MergeFlags): void {
  if (output === undefined && coco === undefined) {
    const hint = "Give --output <file> or --coco <folder>.";
    throw new UsageError({ where: "command merge", expected: "something to write", got: "nothing", hint });
  }
  if (annotations !== undefined && coco === undefined) {
    const expected = "to be used with --coco <folder>";
    throw new UsageError({ where: "option --annotations", expected, got: "other results" });
  }
}

/** @throws UsageError if an output would take the place of a shard, the annotations or another output. */
function refuseHarm({ paths }: MergedShards, { output, coco, annotations }: MergeFlags): void {
  const inputs = [...paths, ...(annotations === undefined ? [] : [annotations])];
  refuseOverwriting([
    ...inputs.map((path) => ({ path, role: "input" as const, name: path })),
    ...(output === undefined || isStdout(output)
      ? []
      : [{ path: output, role: "output" as const, name: `option --output ${output}` }]),
    ...(coco === undefined ? [] : COCO_NAMES).map((name) => {
      const path = `${coco}/${name}`;
      return { path, role: "output" as const, name: `${path} of --coco` };
    }),
  ]);
}
