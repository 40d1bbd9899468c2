import { type Command, Option } from "commander";
import { DEFAULT_MODEL } from "../../models/models.ts";
import {
  activationScaleOption,
  activationsOption,
  addModelOptions,
  classesOption,
  heatmapsOption,
  maxOption,
  parseName,
  parsePath,
  scalesOption,
  scoreOption,
  valueOption,
  whyOption,
} from "../arguments/options.ts";
import { checkFlags } from "../detect/checkFlags.ts";
import { DEFAULT_OUT, type DetectFlags, outFolder } from "../detect/flags.ts";
import { DETECT_HELP } from "../detect/help.ts";
import { openRecords } from "../detect/openRecords.ts";
import { imageFolders, pathUses } from "../detect/outputs.ts";
import { pullFirst } from "../detect/pullFirst.ts";
import { runDetection } from "../detect/runDetection.ts";
import { findImages } from "../files/findImages.ts";
import { refuseHarmedInputs } from "../files/refuseHarmedInputs.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { print, type Session } from "../io.ts";
import type { ImageList } from "../lists/imageList.ts";
import { openList } from "../lists/openList.ts";
import { parseFormats } from "../save/saveFormats.ts";
import { parseShard } from "../shards/parseShard.ts";

export function addDetect(program: Command, session: Session): void {
  const path = (flags: string, description: string) => valueOption(flags, description, parsePath);
  const command = program
    .command("detect")
    .description("Find objects and people's poses in images (JPEG or PNG), and draw them.")
    .argument("[image...]", "image files, folders, globs or URLs; - reads standard input")
    .addOption(valueOption("--model <name>", `see centernet models (default: ${DEFAULT_MODEL})`, parseName));
  addModelOptions(command)
    .option("--flip", "also run the network on the mirror image: slower, finds more")
    .addOption(scalesOption())
    .option("--explain", "explain how the decode arrived at each detection")
    .addOption(whyOption())
    .option(
      "--profile",
      "also time each layer of the network (wasm and wgsl): the slowest, and by kind of op",
    )
    .option("--reproduce-reference", "reproduce the errors of the original code, to compare with it")
    .addOption(classesOption())
    .addOption(scoreOption())
    .addOption(maxOption())
    .addOption(path("--out <folder>", `folder for drawings and saved results (default: ${DEFAULT_OUT})`))
    .addOption(path("--json <file>", "write the results as lines of JSON; - prints only them to stdout"))
    .addOption(
      path("--list <file>", "take the images that this text lists, one path or URL a line; - reads stdin"),
    )
    .option("--resume", "with --json <file>: keep the lines of earlier runs, and do the rest")
    .addOption(
      valueOption(
        "--shard <i/n>",
        "do the i-th of n parts, into the folder of --json; auto asks the cluster's engine",
        parseShard,
      ),
    )
    .addOption(
      valueOption("--save <formats>", "also save the results as csv, coco, yolo or json", parseFormats),
    )
    .addOption(path("--annotations <file>", "with --save coco: the file whose image ids to use"))
    .addOption(path("--crops <folder>", "save what each box covers"))
    .addOption(new Option("--no-draw", "do not draw detections"))
    .addOption(heatmapsOption())
    .addOption(activationsOption())
    .addOption(activationScaleOption())
    .option("--npy", "with --activations: also write the values as NumPy's .npy")
    .option("--quiet", "print nothing but errors, and the JSON of --json -")
    .addHelpText("after", DETECT_HELP)
    .action((inputs: string[], flags: DetectFlags) => detect(inputs, flags, session));
}

/** Runs of more images are checked by a rule that needs no memory for each of them. */
const MAX_CHECKED_EACH = 10_000;

async function detect(inputs: readonly string[], given: DetectFlags, session: Session): Promise<void> {
  checkFlags(inputs, given);
  // Numbers that are the same on every processor, so that a run has the same bytes however it is split.
  const flags: DetectFlags = given.shard && runsOnWasm(given) ? { build: "plain", ...given } : given;
  const { crops, pull, list } = flags;
  const results = [outFolder(flags), ...(crops === undefined ? [] : [crops])];
  const listed = list === undefined ? undefined : await openList(list, session);
  try {
    const images = listed ?? (await findImages(inputs, results));
    await refuseHarm(images, flags);
    if (pull) await pullFirst(flags.model, flags.quiet, session);
    await detectInto(images, flags, session);
  } finally {
    listed?.close();
  }
}

async function detectInto(images: ImageList, flags: DetectFlags, session: Session): Promise<void> {
  const records = await openRecords(images, flags, session);
  if (!records) return;
  try {
    await runDetection(images, flags, records, session);
  } finally {
    // Finished results are kept, whatever stopped the run.
    for (const line of await records.finish()) if (!flags.quiet) print(session, line);
  }
}

/** @throws UsageError if an output would take the place of an image or of another output. */
async function refuseHarm(images: ImageList, flags: DetectFlags): Promise<void> {
  if (images.length <= MAX_CHECKED_EACH) return refuseOverwriting(await pathUses(images, flags));
  const uses = await pathUses([], flags);
  refuseOverwriting(uses);
  refuseHarmedInputs(images, uses, imageFolders(flags));
}

function runsOnWasm({ backend = "auto" }: DetectFlags): boolean {
  return backend === "auto" || backend === "wasm";
}
