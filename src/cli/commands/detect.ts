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
import { pathUses } from "../detect/outputs.ts";
import { pullFirst } from "../detect/pullFirst.ts";
import { runDetection } from "../detect/runDetection.ts";
import { findImages } from "../files/findImages.ts";
import { NO_JSON, openJsonLines } from "../files/jsonLines.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import type { Session } from "../io.ts";
import { parseFormats } from "../save/saveFormats.ts";

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

Examples:
  centernet detect samples/people.jpg
  centernet detect photos 'more/**/*.png' --out drawn --score 0.3
  centernet detect photo.jpg --model movenet-lightning --json - --no-draw
  centernet detect photos --save csv,coco --score 0 --no-draw
  centernet detect photo.jpg --explain --why 320,240
  centernet detect photo.jpg --heatmaps --activations 'fpn.*' --npy
  centernet detect photo.jpg --weights CenterNet-104_480000.pkl --flip \\
    --explain`;

export function addDetect(program: Command, session: Session): void {
  const path = (flags: string, description: string) => valueOption(flags, description, parsePath);
  const command = program
    .command("detect")
    .description("Find objects and people's poses in images (JPEG or PNG), and draw them.")
    .argument("<image...>", "image files, folders, globs or URLs; - reads standard input")
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

async function detect(inputs: readonly string[], flags: DetectFlags, session: Session): Promise<void> {
  checkFlags(flags);
  const { json: target, crops, pull } = flags;
  const images = await findImages(inputs, [outFolder(flags), ...(crops === undefined ? [] : [crops])]);
  refuseOverwriting(await pathUses(images, flags));
  if (pull) await pullFirst(flags.model, flags.quiet, session);
  const json = target === undefined ? NO_JSON : await openJsonLines(target, session);
  try {
    await runDetection(images, flags, json, session);
  } finally {
    // Finished results are kept, whatever stopped the run.
    await json.finish();
  }
}

/** @throws UsageError for flags that contradict each other. */
function checkFlags(flags: DetectFlags): void {
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
