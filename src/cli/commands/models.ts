import type { Command } from "commander";
import { describeGraph } from "../../analysis/describe.ts";
import type { Model, PublishedFigures } from "../../models/model.ts";
import { DEFAULT_MODEL, MODELS } from "../../models/models.ts";
import { cachedArchive } from "../../platform/archiveCache.ts";
import { print, printJson, type Session } from "../io.ts";
import { wrap } from "../terminal/displayWidth.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";

const HELP = `
GFLOPs count every multiply-add of the convolutions as two, at the input size
shown. Parameters are the trained ones.

Examples:
  centernet models
  centernet models --json`;

export function addModels(program: Command, session: Session): void {
  program
    .command("models")
    .description("List the models: backbone, input size, cost and where to get the weights.")
    .option("--json", "print one JSON array instead")
    .addHelpText("after", HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const models = await Promise.all(MODELS.map(factsOf));
      if (json) printJson(session, models);
      else for (const line of listOf(models)) print(session, line);
    });
}

interface ModelFacts {
  readonly name: string;
  readonly isDefault: boolean;
  readonly backbone: string;
  /** Pixels. If the size is free, sides are multiples of `multipleOf`, plus `remainder`. */
  readonly input: {
    readonly width: number;
    readonly height: number;
    readonly multipleOf?: number;
    /** Each image decides the size: its canvas has sides that are `remainder` modulo `multipleOf`. */
    readonly byPicture?: true;
    readonly remainder?: number;
    /** Larger images are shrunk to fit into this, unless --size says otherwise. */
    readonly largest?: Model["largestImage"];
  };
  readonly outputs: string;
  /** The test-time options that the model supports: `flip`, `scales`, … */
  readonly lookOptions?: Model["testTimeOptions"];
  readonly parameters: number;
  readonly gflops: number;
  readonly weights: string;
  readonly published?: Omit<PublishedFigures, "images"> & { readonly pictures?: string };
  /** Path of the archive in the cache, or null if it is not there; absent if the model has no archive. */
  readonly cached?: string | null;
}

export async function factsOf(model: Model): Promise<ModelFacts> {
  const { name, backbone, outputs, defaultSize, sizeMultiple, weightsHint, published } = model;
  const { totals } = describeGraph(model.graph(defaultSize));
  return {
    name,
    isDefault: name === DEFAULT_MODEL,
    backbone,
    input: {
      ...defaultSize,
      multipleOf: sizeMultiple,
      byPicture: model.sizedByImage,
      remainder: model.sizeRemainder,
      largest: model.largestImage,
    },
    outputs,
    lookOptions: model.testTimeOptions,
    parameters: totals.trainableParameters,
    gflops: Number(totals.gflops.toFixed(3)),
    weights: weightsHint,
    published: published && recordOf(published),
    cached: model.hasArchive && ((await cachedArchive(name)) ?? null),
  };
}

/** The figures as --json prints them. */
function recordOf({ images, ...figures }: PublishedFigures): ModelFacts["published"] {
  return { ...figures, ...(images && { pictures: images }) };
}

/** A table of the comparable figures; each row stands between the model's name and a sentence about it. */
export function listOf(models: readonly ModelFacts[]): string[] {
  const [heading, ...rows] = formatTable(
    [
      { heading: "backbone", align: "left" },
      { heading: "input", align: "left" },
      { heading: "parameters", align: "right" },
      { heading: "GFLOPs", align: "right" },
    ],
    models.map(({ backbone, input, parameters, gflops }) => [
      backbone,
      `${input.width}x${input.height}`,
      formatCount(parameters),
      gflops.toFixed(3),
    ]),
  );
  return [
    `  ${heading}`,
    ...models.flatMap((model, i) => ["", model.name, `  ${rows[i]}`, ...wordsOf(model)]),
  ];
}

function wordsOf(facts: ModelFacts): string[] {
  const { isDefault, input, outputs, lookOptions, published, weights, cached } = facts;
  const words = [`Finds ${outputs}.`];
  const { largest } = input;
  const shrunk = largest ? `, shrunk to fit ${largest.width}x${largest.height} (--size) if it is larger` : "";
  const scaled = lookOptions?.includes("scales") ? ", or scaled by --scales" : "";
  if (input.byPicture) words.push(`Sees each image at its own size${scaled}${shrunk}.`);
  else if (input.multipleOf) words.push(`Takes any size in multiples of ${input.multipleOf}.`);
  if (isDefault) words.push("The default.");
  if (published) words.push(figuresOf(published));
  words.push(weights);
  if (cached !== undefined) words.push(`The archive is ${cached ? "" : "not "}in the cache.`);
  return wrap(words.join(" "), 78).map((line) => `  ${line}`);
}

/** A time means little without the GPU's name, so that is stated too. */
function figuresOf({
  boxes,
  keypoints,
  milliseconds,
  pictures,
  gpu,
}: NonNullable<ModelFacts["published"]>): string {
  const precisions = [
    ...(boxes === undefined ? [] : [`box mAP ${boxes.toFixed(1)}`]),
    ...(keypoints === undefined ? [] : [`keypoint mAP ${keypoints.toFixed(1)}`]),
  ];
  const where = pictures ?? "COCO 2017 val";
  return `Published: ${precisions.join(", ")} on ${where}, ${milliseconds} ms on ${gpu ?? "a GPU that was never named"}.`;
}
