import type { Command, Option } from "commander";
import { quote } from "../../checkpoints/bytes/json.ts";
import { UsageError } from "../../errors.ts";
import type { AreaRange } from "../../evaluation/parameters.ts";
import type { EvaluationType } from "../../evaluation/reading/foundColumns.ts";
import { addModelOptions, parsePath, scalesOption, valueOption } from "../arguments/options.ts";
import type { DetectFlags } from "../detect/flags.ts";
import type { ModelFlags } from "../detect/openDetector.ts";
import type { AnalysisFlags } from "./analysisOptions.ts";

/** What `centernet eval` was given; of those of `detect`, what a model is run with. */
export interface EvalFlags
  extends Omit<ModelFlags, "model" | "quiet">,
    AnalysisFlags,
    Pick<DetectFlags, "pull" | "labelMap" | "flip" | "scales" | "reproduceReference" | "workers"> {
  /** Always needed. */
  readonly annotations?: string;
  /** One file, or the parts of several shards. Absent if a model is run. */
  readonly results?: readonly string[];
  readonly saveResults?: string;
  readonly against?: string;
  readonly type?: EvaluationType;
  readonly iouThresholds?: readonly number[];
  readonly maxDets?: readonly number[];
  /** Names or ids. */
  readonly classes?: readonly string[];
  readonly images?: readonly string[];
  readonly areas?: readonly AreaRange[];
  readonly sigmas?: readonly number[];
  readonly classAgnostic?: true;
  readonly perClass?: true;
  readonly json?: string;
}

/** The options that say what is evaluated and how. */
export function addEvalOptions(command: Command): Command {
  const { areas, classes, images, iouThresholds, maxDets, sigmas, type } = parameterOptions();
  return command
    .addOption(type)
    .addOption(iouThresholds)
    .addOption(maxDets)
    .addOption(classes)
    .addOption(images)
    .addOption(areas)
    .addOption(sigmas)
    .option("--class-agnostic", "boxes only: all classes as one");
}

/** The options of a model that is run. */
export function addRunOptions(command: Command): Command {
  command
    .addOption(
      valueOption(
        "--image-dir <folder>",
        "the annotated images: by file_name, else by a base name that only one has",
        parsePath,
      ),
    )
    .addOption(
      valueOption("--save-results <file>", "keep what the model found, as lines of detect --json", parsePath),
    );
  return addModelOptions(command)
    .option("--flip", "also run the network on the mirror image")
    .addOption(scalesOption())
    .option("--reproduce-reference", "reproduce the errors of the original code");
}

function parameterOptions() {
  const option = <Value>(
    flags: string,
    text: string,
    parse: (text: string, where: string) => Value,
  ): Option => valueOption(flags, text, parse);
  return {
    type: option("--type <kind>", "boxes or keypoints (default: what the results hold)", parseType),
    iouThresholds: option(
      "--iou-thresholds <list>",
      "from 0 to 1 (default: 0.5, 0.55, ... 0.95)",
      parseNumbers(0, 1),
    ),
    maxDets: option(
      "--max-dets <list>",
      "how many count per image and class, at least three numbers for boxes (default: 1,10,100; keypoints: 20)",
      parseNumbers(1, 1e9),
    ),
    classes: option("--classes <list>", "only these: names or ids of categories", parseList),
    images: option("--images <list>", "only these ids of images", parseList),
    areas: option("--areas <list>", "label:min:max of areas in square pixels, as in all:0:1e10", parseAreas),
    sigmas: option("--sigmas <list>", "keypoints only: one number per keypoint", parseNumbers(0, 1e9)),
  };
}

function parseType(text: string, where: string): EvaluationType {
  if (text === "boxes" || text === "keypoints") return text;
  const hint = /^(segm|mask|obb)/i.test(text)
    ? "Segmentation and oriented boxes are not evaluated."
    : undefined;
  throw new UsageError({ where, expected: "boxes or keypoints", got: quote(text), hint });
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parseNumbers(min: number, max: number) {
  return (text: string, where: string): number[] => {
    const numbers = text.split(",").map((part) => (NUMBER.test(part.trim()) ? Number(part) : Number.NaN));
    if (numbers.every((number) => number >= min && number <= max)) return numbers;
    const range = max === 1e9 ? `at least ${min}` : `from ${min} to ${max}`;
    throw new UsageError({ where, expected: `numbers ${range}, separated by commas`, got: quote(text) });
  };
}

function parseList(text: string, where: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => part !== "")) return parts;
  throw new UsageError({ where, expected: "names or ids, separated by commas", got: quote(text) });
}

function parseAreas(text: string, where: string): AreaRange[] {
  return text.split(",").map((part) => {
    const [label, min, max, ...more] = part.trim().split(":");
    if (label && NUMBER.test(min) && NUMBER.test(max) && more.length === 0) {
      return { label, min: Number(min), max: Number(max) };
    }
    const expected = "label:min:max, separated by commas, as in all:0:1e10,tiny:0:256";
    throw new UsageError({ where, expected, got: quote(part) });
  });
}
