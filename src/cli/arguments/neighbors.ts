/**
 * What users of other detectors type out of habit, and how it is said here: flags and commands of ultralytics,
 * mmdetection, detectron2, the TensorFlow Object Detection API and the authors' own scripts.
 */

/** A flag here, or a sentence if there is none of that meaning; both if the flag takes another kind of value. */
interface Counterpart {
  readonly flag?: string;
  readonly note?: string;
}

const IMAGES: Counterpart = { note: "Images need no flag: centernet detect photo.jpg." };
const VIDEO: Counterpart = {
  note: "Videos are not read: ffmpeg -i video.mp4 frames/%06d.jpg makes images of one.",
};
const NO_NMS: Counterpart = {
  note: "CenterNets need no non-maximum suppression, so there is no threshold for it.",
};
const ONE_BY_ONE: Counterpart = { note: "There are no batches: images run one after the other." };
const NO_TRAINING: Counterpart = { note: "Training is not part of this program." };
const NO_WINDOW: Counterpart = {
  note: "Nothing opens a window: drawings are written to the folder of --out.",
};
const WEIGHTS: Counterpart = { flag: "--weights" };
const SCORE: Counterpart = { flag: "--score" };
const MAX: Counterpart = { flag: "--max" };
const SIZE: Counterpart = { flag: "--size", note: "It takes width x height, as in 640x480." };
const OUT: Counterpart = { flag: "--out" };
const GPU: Counterpart = {
  flag: "--backend wgsl",
  note: "It runs on the GPU; without it the best is chosen.",
};
const CPU: Counterpart = { flag: "--backend wasm", note: "It runs on the processor." };
const LABELS: Counterpart = { flag: "--label-map" };
const FLOATS: Counterpart = { note: "Everything is computed in float32; --precision exact rounds less." };

/** Without dashes in front, and with dashes for underscores. */
const FLAGS: Readonly<Record<string, Counterpart>> = {
  ...named(SCORE, "conf conf-thres conf-thresh confidence confidence-threshold threshold thresh thr"),
  ...named(SCORE, "score-thr score-threshold pred-score-thr min-score min-score-thresh min-confidence"),
  ...named(SCORE, "vis-thresh score-thresh prob"),
  ...named(NO_NMS, "iou iou-thres iou-threshold nms nms-thresh nms-threshold agnostic-nms"),
  ...named(MAX, "max-det max-detections max-boxes max-boxes-to-draw k topk top-k limit"),
  ...named(SIZE, "imgsz img-size image-size input-size img imsize resolution shape resize width height"),
  ...named(SIZE, "input-h input-w input-res"),
  ...named({ flag: "--backend" }, "device delegate provider execution-provider runtime"),
  ...named(GPU, "gpu gpus gpu-id cuda mps"),
  ...named(CPU, "cpu no-cuda no-gpu"),
  ...named(FLOATS, "half fp16 int8 dtype amp quantize"),
  ...named({ flag: "--threads" }, "workers num-workers num-threads jobs cpus"),
  ...named(ONE_BY_ONE, "batch batch-size"),
  ...named(IMAGES, "source src input inputs image images image-path img-path image-dir file files path demo"),
  ...named(VIDEO, "video video-input webcam camera cam vid-stride fps"),
  ...named(WEIGHTS, "checkpoint checkpoint-path ckpt load-model model-path saved-model"),
  ...named(WEIGHTS, "model-dir checkpoint-dir trained-checkpoint-dir pretrained"),
  ...named(
    { note: "The weights decide the network; a pipeline.config is found beside them." },
    "config config-file cfg cfg-options cfg-file pipeline-config-path opts",
  ),
  ...named({ flag: "--model" }, "arch architecture net network backbone task"),
  ...named(LABELS, "labels label names class-names labelmap path-to-labelmap label-file labels-path data"),
  ...named({ flag: "--classes" }, "class class-id class-ids category categories filter-classes only"),
  ...named(OUT, "output output-dir output-directory output-path outdir out-dir out-file save-dir project"),
  ...named(OUT, "name save-path result-dir work-dir show-dir dest destination exp-id"),
  ...named({ flag: "--save yolo" }, "save-txt save-labels txt"),
  ...named({ flag: "--save csv" }, "save-csv csv"),
  ...named({ flag: "--save coco" }, "save-coco coco coco-json eval format-only"),
  ...named({ flag: "--save json", note: "--json writes lines instead." }, "save-json save-results to-json"),
  ...named(
    { flag: "--save", note: "It takes csv, coco, yolo or json." },
    "format output-format export-format",
  ),
  ...named(
    { note: "Scores are in the files of --save csv, coco and json, and in --json." },
    "save-conf save-scores",
  ),
  ...named({ flag: "--crops", note: "It takes a folder." }, "save-crop save-crops crop save-one-box"),
  ...named({ flag: "--no-draw" }, "nosave no-save no-save-vis no-vis no-drawings hide-boxes"),
  ...named(
    { note: "Drawings are made unless there is --no-draw." },
    "draw save-img save-image visualize vis",
  ),
  ...named(NO_WINDOW, "show view-img view display imshow plot"),
  ...named({ flag: "--flip" }, "augment tta flip-test test-flip mirror"),
  ...named({ flag: "--scales" }, "test-scales multi-scale scale"),
  ...named({ flag: "--pull" }, "download fetch auto-download"),
  ...named({ flag: "--quiet" }, "silent no-verbose no-progress q"),
  ...named({ note: "The environment variable CENTERNET_DEBUG=1 shows more." }, "verbose debug v log-level"),
  ...named({ flag: "--annotations" }, "ann-file annotation ann gt ground-truth instances"),
  ...named(NO_TRAINING, "epochs lr learning-rate resume-from num-train-steps optimizer freeze patience"),
  ...named({ flag: "--low-memory" }, "memory lowmem low-mem"),
  ...named(
    { note: "Earlier drawings and results of the same names are replaced." },
    "exist-ok overwrite force y",
  ),
};

const ALL_SCORES: Counterpart = {
  note: "Every box counts, whatever its score, since a threshold lowers recall: for another, detect with it and give --results.",
};

/** What other evaluators call the options of `centernet eval`. */
const EVAL_FLAGS: Readonly<Record<string, Counterpart>> = {
  ...named(ALL_SCORES, "score max conf conf-thres score-thr score-threshold threshold max-det min-score"),
  ...named({ flag: "--annotations" }, "gt gt-json ann ann-file annotation anno ground-truth truth instances"),
  ...named(
    { flag: "--results" },
    "dt dt-json det detections predictions preds pred results-file input json-file",
  ),
  ...named(
    { flag: "--image-dir" },
    "images-dir image-folder image-root img-dir img-folder image-path source data-root",
  ),
  ...named({ flag: "--type" }, "iou-type ann-type eval task metric metrics"),
  ...named({ flag: "--iou-thresholds" }, "iou iou-thr iou-thrs iou-thres iou-threshold"),
  ...named({ flag: "--max-dets" }, "maxdets max-detections proposal-nums topk"),
  ...named({ flag: "--per-class" }, "classwise class-wise per-category verbose"),
  ...named({ flag: "--areas" }, "area area-rng area-ranges"),
  ...named({ flag: "--class-agnostic" }, "agnostic single-cls use-cats no-cats"),
  ...named({ flag: "--classes" }, "cat-ids categories category-ids"),
  ...named({ flag: "--images", note: "It takes ids." }, "img-ids image-ids"),
  ...named({ flag: "--json" }, "out output out-file output-dir save-json"),
  ...named({ note: "The model is the argument: centernet eval <model>." }, "model arch"),
};

const COMMANDS: Readonly<Record<string, Counterpart>> = {
  ...named(
    { flag: "detect" },
    "predict infer inference run demo test image find draw pose box boxes keypoints image-demo",
  ),
  ...named({ flag: "verify", note: "It compares with golden values." }, "check checks"),
  ...named({ flag: "eval" }, "val validate evaluate map coco cocoeval coco-eval evaluation ap"),
  ...named(NO_TRAINING, "train fit finetune fine-tune tune"),
  ...named({ flag: "export", note: "It writes ONNX." }, "onnx to-onnx export-onnx"),
  ...named({ flag: "convert" }, "import save quantize"),
  ...named({ flag: "pull" }, "download fetch get install"),
  ...named({ flag: "models" }, "list ls zoo model hub"),
  ...named({ flag: "serve" }, "ui gui web webui app page site browser server http start studio explorer"),
  ...named({ flag: "describe" }, "summary info show layers profile flops params stats"),
  ...named({ flag: "inspect" }, "variables keys dump tensors weights"),
  ...named(
    { note: "Frames are independent here: nothing is tracked from one image to the next." },
    "track tracking",
  ),
  ...named({ note: "In a clone, npm run bench measures speed." }, "benchmark bench speed"),
  ...named(
    { note: "These networks find boxes and keypoints: centernet detect." },
    "segment classify detect-segment obb",
  ),
};

function named(counterpart: Counterpart, names: string): Record<string, Counterpart> {
  return Object.fromEntries(names.split(" ").map((name) => [name, counterpart]));
}

/** What to say about a flag of another program that `centernet <command>` was given; undefined if it is not known. */
export function hintForFlag(flag: string, command: string | undefined): string | undefined {
  const name = flag.replace(/^-+/, "").replace(/=.*/s, "");
  const ofEval = command === "eval" ? lookUp(EVAL_FLAGS, name) : undefined;
  if (ofEval) return hint(ofEval);
  const counterpart = lookUp(FLAGS, name);
  if (!counterpart || command === "detect" || command === undefined) return counterpart && hint(counterpart);
  return counterpart.flag && `centernet detect has ${counterpart.flag}.`;
}

/** The same for `conf=0.3`, the form in which ultralytics takes its settings. */
export function hintForSetting(name: string, value: string): string | undefined {
  const counterpart = lookUp(FLAGS, name);
  if (counterpart === IMAGES) return `Images need no name: centernet detect ${value}.`;
  if (name === "model") return `Did you mean --model, or --weights with a file?`;
  return counterpart && hint(counterpart);
}

/** What to say about a command of another program. */
export function hintForCommand(command: string): string | undefined {
  const counterpart = lookUp(COMMANDS, command);
  if (counterpart) return hint(counterpart);
  const isImage = /\.(jpe?g|png)$|^https?:|[/\\]/i.test(command);
  return isImage ? `Did you mean centernet detect ${command}?` : undefined;
}

function lookUp(table: Readonly<Record<string, Counterpart>>, name: string): Counterpart | undefined {
  const key = name.toLowerCase().replaceAll("_", "-");
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function hint({ flag, note }: Counterpart): string {
  return [flag && `Did you mean ${flag}?`, note].filter(Boolean).join(" ");
}
