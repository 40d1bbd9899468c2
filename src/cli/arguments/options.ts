import { type Command, Option } from "commander";
import { isWorkers, WORKERS_EXPECTED, type Workers } from "../../batch/chooseRunner.ts";
import { quote } from "../../checkpoints/bytes/json.ts";
import { DEFAULT_MAX, DEFAULT_SCORE, isScales, SCALES_EXPECTED } from "../../detectOptions.ts";
import { UsageError } from "../../errors.ts";
import {
  BACKENDS,
  type Backend,
  isThreadCount,
  THREADS_EXPECTED,
  unknownBackend,
  unknownBuild,
  unknownPrecision,
} from "../../executors/backends.ts";
import { parseLayout } from "../../formats/layout.ts";
import { PRECISIONS, type Precision, WASM_BUILDS, type WasmBuild } from "../../kernels/kernel.ts";
import type { InputSize } from "../../models/model.ts";
import type { WhyPixel } from "../../models/view.ts";
import { unknownName } from "../../support/unknownName.ts";
import { GRID_SCALES, type GridScale } from "../../visualization/activationGrid.ts";

/** An option whose value is read by `parse`. Giving it twice is an error. */
export function valueOption<Value>(
  flags: string,
  description: string,
  parse: (text: string, where: string) => Value,
): Option {
  const option = new Option(flags, description);
  let given = false;
  return option.argParser((text: string) => {
    const where = `option ${option.long}`;
    if (given) throw new UsageError({ where, expected: "to be given once", got: "it twice" });
    given = true;
    return parse(text, where);
  });
}

export function backendOption(): Option {
  const description = `where the network runs: ${BACKENDS.join(", ")} (default: auto, the best available)`;
  return valueOption("--backend <name>", description, parseBackend);
}

export function labelMapOption(): Option {
  return valueOption(
    "--label-map <file>",
    "the classes' names: a .pbtxt, a text of one name per line, a YAML data set, or COCO's categories as JSON",
    parsePath,
  );
}

export function precisionOption(
  flags = "--precision <name>",
  description = "wasm and wgsl only: default, or exact, which is slower but rounds less",
): Option {
  return valueOption(flags, description, parsePrecision);
}

export function lowMemoryOption(): Option {
  return new Option("--low-memory", "wasm only: use 60 % of the memory and a few percent more time");
}

function workersOption(): Option {
  const description = "images in a network at once, each on a thread of its own (default: auto)";
  return valueOption("--workers <number|auto>", description, parseWorkers);
}

export function threadsOption(): Option {
  const description = "wasm only: the number of threads (default: one per core)";
  return valueOption("--threads <number>", description, parseThreads);
}

export function buildOption(
  flags = "--build <name>",
  description = "wasm only: plain, the same numbers on every machine, or relaxed, which is faster",
): Option {
  return valueOption(flags, description, parseBuild);
}

export function weightsOption(): Option {
  const description =
    "use these weights: safetensors, a TensorFlow.js model.json, a TensorFlow checkpoint (its tar.gz, folder or prefix), a PyTorch state dict (.pth, .pkl), or an ONNX file (.onnx)";
  return valueOption("--weights <file>", description, parsePath);
}

export function sizeOption(): Option {
  const description =
    "size of the network's input in pixels (default: the model's own); for centerface, what larger images are shrunk to fit into";
  return valueOption("--size <WxH>", description, parseSize);
}

/** `description` says what has that order of axes. */
export function layoutOption(description: string): Option {
  return valueOption("--layout <order>", description, (text, where) => parseLayout(text, where, UsageError));
}

export function scoreOption(): Option {
  const description = `drop detections below this score, from 0 to 1 (default: ${DEFAULT_SCORE})`;
  return valueOption("--score <number>", description, parseScore);
}

export function maxOption(): Option {
  const description = `keep at most this many detections per image; few models find more than 100 (default: ${DEFAULT_MAX})`;
  return valueOption("--max <number>", description, parseMax);
}

export function classesOption(): Option {
  const description = "keep only these classes: names or ids, separated by commas";
  return valueOption("--classes <list>", description, parseClasses);
}

export function whyOption(): Option {
  const description = "say why there is no detection at this pixel (of this class), or which one";
  return valueOption("--why <x,y[,class]>", description, parseWhy);
}

/** A file name has an ending or a slash; a class has neither. */
const FILE_NAME = /[/\\]|\.(jpe?g|png)$/i;

export function heatmapsOption(): Option {
  const description =
    "also draw where the network sees objects: all classes, or only these, separated by commas";
  const option = valueOption("--heatmaps [classes]", description, (text, where) => {
    if (text === "all") return text;
    if (!FILE_NAME.test(text)) return parseClasses(text, where);
    const hint = "Write the images before --heatmaps.";
    throw new UsageError({ where, expected: "names or ids of classes, or nothing", got: quote(text), hint });
  });
  return option.preset("all");
}

export function activationsOption(): Option {
  const description =
    "also draw the values of these layers, a tile for each channel: names or patterns such as backbone.*, or all, separated by commas";
  return valueOption("--activations <layers>", description, parseLayers);
}

export function activationScaleOption(): Option {
  const description = `with --activations, what the colors span: ${GRID_SCALES.join(", ")} (default: symmetric if some values are negative, else layer)`;
  return valueOption("--activation-scale <name>", description, parseGridScale);
}

export function scalesOption(): Option {
  const description = "run the network on the image at each of these scales (default: 1)";
  return valueOption("--scales <list>", description, parseScales);
}

export function parsePath(text: string, where: string): string {
  if (text !== "") return text;
  throw new UsageError({ where, expected: "a path", got: "an empty one" });
}

/** A parser of paths that have this extension. It protects files of other kinds from being overwritten. */
export function parsePathEnding(extension: string) {
  return (text: string, where: string): string => {
    const path = parsePath(text, where);
    if (path.toLowerCase().endsWith(extension)) return path;
    throw new UsageError({ where, expected: `a name ending in ${extension}`, got: path });
  };
}

export function parseName(text: string, where: string): string {
  if (text !== "") return text;
  throw new UsageError({
    where,
    expected: "a model's name",
    got: "an empty one",
    hint: "See centernet models.",
  });
}

export function parseYesNo(text: string, where: string): boolean {
  if (text === "yes" || text === "no") return text === "yes";
  throw new UsageError({ where, expected: "yes or no", got: quote(text) });
}

/** Names of layers, or patterns with `*`. */
export function parseTaps(text: string, where: string): string[] {
  const taps = text.split(",").map((part) => part.trim());
  if (taps.every((name) => name !== "")) return taps;
  const expected = "names or patterns of layers, as in heads.*,backbone.stem.relu6";
  throw new UsageError({ where, expected, got: quote(text) });
}

export function parseTolerance(text: string, where: string): number {
  const tolerance = /^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(tolerance)) return tolerance;
  throw new UsageError({ where, expected: "a number, 0 or more, as in 1e-3", got: quote(text) });
}

function parseBackend(text: string, where: string): Backend {
  const backend = BACKENDS.find((name) => name === text);
  if (backend) return backend;
  throw new UsageError(unknownBackend(text, where));
}

function parsePrecision(text: string, where: string): Precision {
  const precision = PRECISIONS.find((name) => name === text);
  if (precision) return precision;
  throw new UsageError(unknownPrecision(text, where));
}

function parseBuild(text: string, where: string): WasmBuild {
  const build = WASM_BUILDS.find((name) => name === text);
  if (build) return build;
  throw new UsageError(unknownBuild(text, where));
}

function parseWorkers(text: string, where: string): Workers {
  const workers = /^\d+$/.test(text) ? Number(text) : text;
  if (isWorkers(workers)) return workers;
  throw new UsageError({ where, expected: WORKERS_EXPECTED, got: quote(text) });
}

function parseThreads(text: string, where: string): number {
  const threads = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (isThreadCount(threads)) return threads;
  throw new UsageError({ where, expected: THREADS_EXPECTED, got: quote(text) });
}

function parseSize(text: string, where: string): InputSize {
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/i.exec(text);
  if (match) return { width: Number(match[1]), height: Number(match[2]) };
  const [side, other = side] = text.match(/\d+/g) ?? [];
  const hint = side && `Did you mean ${side}x${other}?`;
  throw new UsageError({ where, expected: "width x height, as in 320x256", got: quote(text), hint });
}

export function parseScore(text: string, where: string): number {
  const score = /^\d*\.?\d+(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (score >= 0 && score <= 1) return score;
  const percent = /^(\d{1,2})%?$/.exec(text)?.[1];
  const hint = percent && `Did you mean ${Number(percent) / 100}?`;
  throw new UsageError({ where, expected: "a number from 0 to 1, as in 0.3", got: quote(text), hint });
}

function parseScales(text: string, where: string): number[] {
  const scales = text.split(",").map((part) => (/^\d*\.?\d+$/.test(part) ? Number(part) : Number.NaN));
  if (isScales(scales)) return scales;
  const expected = `${SCALES_EXPECTED}, as in 0.6,1,1.2`;
  throw new UsageError({ where, expected, got: quote(text) });
}

function parseClasses(text: string, where: string): string[] {
  const classes = text.split(",").map((part) => part.trim());
  if (classes.every((name) => name !== "")) return classes;
  throw new UsageError({ where, expected: "names or ids of classes, as in person,dog", got: quote(text) });
}

/** The class is the rest of the text: some names have commas or spaces. */
function parseWhy(text: string, where: string): WhyPixel {
  const [, x, y, name] = /^\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*(?:,(.*))?$/.exec(text) ?? [];
  const named = name?.trim();
  if (x !== undefined && named !== "") return { x: Number(x), y: Number(y), ...(named && { class: named }) };
  const [, across, down] = /^\s*(\d+)[\sx;:/]+(\d+)\s*$/i.exec(text) ?? [];
  const hint = down === undefined ? undefined : `Did you mean ${across},${down}?`;
  const expected = "a pixel and perhaps a class, as in 320,240 or 320,240,dog";
  throw new UsageError({ where, expected, got: quote(text), hint });
}

function parseGridScale(text: string, where: string): GridScale {
  const scale = GRID_SCALES.find((name) => name === text);
  if (scale) return scale;
  throw new UsageError(unknownName({ where, expected: "a scale's name", name: text, names: GRID_SCALES }));
}

function parseLayers(text: string, where: string): string[] {
  const layers = text.split(",").map((part) => part.trim());
  if (layers.every((name) => name !== "")) return layers;
  const expected = "names of layers, as centernet describe lists them, or patterns such as backbone.*";
  throw new UsageError({ where, expected, got: quote(text) });
}

function parseMax(text: string, where: string): number {
  const max = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(max)) return max;
  throw new UsageError({ where, expected: "a whole number, 0 or more", got: quote(text) });
}

/** @throws UsageError if neither a name nor weights identify the model. */
export function checkNamesModel(name: string | undefined, weights: string | undefined): void {
  if (name !== undefined || weights !== undefined) return;
  throw new UsageError({
    where: "argument <model>",
    expected: "a model's name, or --weights",
    got: "neither",
    hint: "See centernet models.",
  });
}

/** The options that choose a model's weights, and what and at which size it runs on. */
export function addModelOptions(command: Command): Command {
  return command
    .addOption(weightsOption())
    .option("--pull", "first download the model's archive if it is not in the cache")
    .addOption(labelMapOption())
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(workersOption())
    .addOption(buildOption())
    .addOption(precisionOption())
    .addOption(lowMemoryOption())
    .addOption(sizeOption())
    .option("--keep-res", "Objects as Points only: run on each image at its own size");
}
