import { type Command, Option } from "commander";
import { SEEN_KEYPOINT } from "../../detection.ts";
import { UsageError } from "../../errors.ts";
import { MAX_TRIPLETS } from "../../image/draw/drawDetections.ts";
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
import { DEFAULT_OUT, type DetectFlags, outFolder } from "../detect/flags.ts";
import { imageFolders, pathUses } from "../detect/outputs.ts";
import { pullFirst } from "../detect/pullFirst.ts";
import { openRecords } from "../detect/records.ts";
import { runDetection } from "../detect/runDetection.ts";
import { findImages } from "../files/findImages.ts";
import { isStdout } from "../files/jsonLines.ts";
import { refuseHarmedInputs } from "../files/refuseHarmedInputs.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { print, type Session } from "../io.ts";
import type { ImageList } from "../lists/imageList.ts";
import { openList } from "../lists/openList.ts";
import { parseFormats } from "../save/saveFormats.ts";
import { parseShard } from "../shards/parseShard.ts";

const HELP = `
Folders are searched recursively for .jpg, .jpeg and .png files. Coordinates
are pixels of the original image. The table counts the keypoints with a score
of at least ${SEEN_KEYPOINT}; the JSON holds all of them.

The triplet models (centernet-52, centernet-104) and Objects as Points
(ctdet_…, multi_pose_…) support --flip, --scales and --reproduce-reference.
Those on hourglasses see each image at its own size. Objects as Points on
DLA-34 and ResNets fit it into a square (--size), or with --keep-res take it at
its own size too, as their authors' figures on COCO were measured.

--explain reports how the decode arrived at each detection: the cell of its
center and its rank among the peaks, offset, size, and how its keypoints were
found; and what became of the other centers. Cells are column,row. The JSON
has all of it.
For triplet models it reports why each box was kept and how many pairs of
corners were rejected, and for which reason. Some pairs that a center confirms
are still dropped: beyond 1000 proposals per view, by soft-NMS, or beyond 100
boxes per image (raise that limit with --max). In the drawing each box has its
own color. The best ${MAX_TRIPLETS} also show their corners, their center and the central
region; the others are faint.

--why answers for one pixel why no detection has its center there: the value
of the class at its cell, the neighbor that is larger, its rank, or the step at
which it was dropped. Without a class it takes the one with the largest value
there, of those in --classes.

--reproduce-reference repeats three errors of the triplets' original code: rows
that soft-NMS dropped stay in the result, centers are not clipped, and an image
may lose its last column. It requires 1 among the scales and keeps at most 100
boxes per image. For Objects as Points it leaves boxes unclipped.

Several images: threads decode the next ones and draw those that are done while
the network runs. --workers N has N of them in networks at once, each on a
thread of its own; auto does so where it is faster. The results are the same,
in the order of the images.

--save writes into the folder of --out; several formats are separated by commas.
  csv    detections.csv, one row per detection, in pixels
  coco   coco-boxes.json and coco-keypoints.json, as COCO's evaluators read
         them, with their image ids in coco-images.json; evaluate --score 0
  yolo   labels/<image>.txt and classes.txt
  json   detections.json, an array of what --json writes
--heatmaps draws <image>.heatmap.png: in each cell the probability of its best
class that an object's center lies there. --activations draws
<image>.activations/<layer>.png, with --npy also <layer>.npy, an array
[1, height, width, channels]. The layers are those of centernet describe. The
colors span the layer's values from black to yellow or, if some are negative,
from blue through gray (0) to orange. With several views, heatmaps and layers
are those of the first.
--crops writes <label>/<image>-<number>.jpg.

With --json each image becomes one line of JSON:
  { image, width, height, model, backend, backendDetails, fused,
    detections: [ { label, classId, score, box: { xmin, ymin, xmax, ymax },
                    keypoints?: [ { name, x, y, score } ], derived?,
                    triplet? } ],
    leftOut: { classes?, score?, max?: { count, best } },
    nothingFound?, limitReached?, explanation?, why?, profile?,
    times: { load, decode, preprocess, network, postprocess } }    (ms)
An image that fails becomes { image, error: { name, message } }; the others are
still processed, and the exit code is 3. Ctrl-C keeps the finished results
(exit code 130). Lines are written to <file>.unfinished-<process id>, which is
renamed to <file> at the end; it stays if the process is killed. A pipe or a
device is written to directly. The files of --save are written like that.

--list takes names as they are: no globs, empty lines left out. It is not held in
memory, must name each image once and must not change during the run. Outputs of
an image are called by its whole path.

--resume goes on with a run that ended early: images that have a line in <file>,
or in the <file>.unfinished-… of a run that was killed (a torn last line is cut),
are not run again, even if they failed; the others are. The result is the file
of one run, its lines in the order of the images. Give it from the first run
on: <file>.run.json then says of which weights, model and options the lines are,
and others are refused. Drawings of images with a line are there already. It
cannot be used with --save.

--shard 3/64 does every 64th image from the third on, and writes
results-00003-of-00064.jsonl into the folder of --json, without times. All shards
need the same list, model and options; centernet merge checks that and makes one
file of them, the same for any n. A shard resumes by itself: what an earlier run
of it did is kept, even if it was killed, and a finished shard ends at once with
exit code 0. Two runs of one shard at once do no harm. On wasm, shards run the
plain build unless --build relaxed is given, whose numbers may differ between
processors. --shard auto takes i and n from Slurm, AWS Batch, Google Cloud Batch
or Cloud Run; --shard auto/64 takes i alone, also from Kubernetes, GNU parallel,
Grid Engine, PBS and LSF. Exit code 74 says that the folder cannot be written any
more, and that trying again may help.

Examples:
  centernet detect samples/people.jpg
  centernet detect photos 'more/**/*.png' --out drawn --score 0.3
  centernet detect photo.jpg --model movenet-lightning --json - --no-draw
  centernet detect photos --save csv,coco --score 0 --no-draw
  centernet detect --list photos.txt --no-draw --json results.jsonl --resume
  centernet detect --list photos.txt --no-draw --json shards --shard 3/64
  centernet detect photo.jpg --explain --why 320,240
  centernet detect photo.jpg --heatmaps --activations 'fpn.*' --npy
  centernet detect photo.jpg --weights CenterNet-104_480000.pkl --flip \\
    --explain`;

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
    .addHelpText("after", HELP)
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

/** @throws UsageError for flags that contradict each other. */
function checkFlags(inputs: readonly string[], flags: DetectFlags): void {
  checkManyFlags(inputs, flags);
  const { draw, out, save, annotations, pull, weights, heatmaps, activations, npy, activationScale } = flags;
  const refuse = (flag: string, expected: string, got: string) => {
    throw new UsageError({ where: `option ${flag}`, expected, got });
  };
  if (!draw && out !== undefined && !save && !heatmaps && !activations) {
    refuse("--no-draw", "to be used without --out <folder>, or with --save", "nothing to write there");
  }
  if (annotations !== undefined && !save?.includes("coco")) {
    refuse("--annotations", "to be used with --save coco", "other results");
  }
  for (const [flag, value] of Object.entries({ "--npy": npy, "--activation-scale": activationScale })) {
    if (value && !activations) refuse(flag, "to be used with --activations <layers>", "no layers");
  }
  if (pull && weights !== undefined) refuse("--pull", "to be used without --weights", "both");
}

/** @throws UsageError likewise, for the flags of large runs. */
function checkManyFlags(inputs: readonly string[], flags: DetectFlags): void {
  const { list, shard, resume, json, save, profile } = flags;
  const refuse = (where: string, expected: string, got: string, hint?: string) => {
    throw new UsageError({ where, expected, got, hint });
  };
  if (inputs.length === 0 && list === undefined)
    refuse("argument <image>", "a value", "nothing", "See centernet --help.");
  if (inputs.length > 0 && list !== undefined)
    refuse("option --list", "to be used without images", inputs[0]);
  const flag = shard ? "--shard" : resume ? "--resume" : undefined;
  if (flag === undefined) return;
  const target = shard ? "--json <folder>" : "--json <file>";
  if (json === undefined || isStdout(json))
    refuse(`option ${flag}`, `to be used with ${target}`, json === undefined ? "none" : "standard output");
  if (save) {
    const hint = shard ? "centernet merge makes results of all shards." : undefined;
    refuse(`option ${flag}`, "to be used without --save, whose files have all images", "both", hint);
  }
  if (shard && profile)
    refuse("option --profile", "to be used without --shard, which keeps no times", "both");
}
