import type { Command } from "commander";
import { describeGraph } from "../../describe.ts";
import type { Model, PublishedFigures } from "../../models/model.ts";
import { DEFAULT_MODEL, MODELS } from "../../models/models.ts";
import { cachedArchive } from "../../platform/node.ts";
import { print, type Session } from "../io.ts";
import { wrap } from "../terminal/displayWidth.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";

const HELP = `
GFLOPs count each multiply-add of the convolutions as two, at the input size
shown; parameters are those that were trained.

Examples:
  centernet models
  centernet models --json`;

export function addModels(program: Command, session: Session): void {
  program
    .command("models")
    .description("List every model: what it is, what it costs, where its weights are.")
    .option("--json", "print one JSON array instead")
    .addHelpText("after", HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const models = await Promise.all(MODELS.map(factsOf));
      if (json) print(session, JSON.stringify(models));
      else for (const line of listOf(models)) print(session, line);
    });
}

interface ModelFacts {
  readonly name: string;
  readonly isDefault: boolean;
  readonly backbone: string;
  /** Pixels; where the size is free, sides are multiples of `multipleOf`, or that and the remainder. */
  readonly input: {
    readonly width: number;
    readonly height: number;
    readonly multipleOf?: number;
    /** Where each image decides it: on a canvas whose sides are `remainder` modulo `multipleOf`. */
    readonly byImage?: true;
    readonly remainder?: number;
  };
  readonly outputs: string;
  /** How it can be made to look at an image: `flip`, `scales`, … */
  readonly testTimeOptions?: Model["testTimeOptions"];
  readonly parameters: number;
  readonly gflops: number;
  readonly weights: string;
  readonly published?: PublishedFigures;
  /** Where the archive of its weights lies in the cache, or null; absent where there is none to pull. */
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
      byImage: model.sizedByImage,
      remainder: model.sizeRemainder,
    },
    outputs,
    testTimeOptions: model.testTimeOptions,
    parameters: totals.trainableParameters,
    gflops: Number(totals.gflops.toFixed(3)),
    weights: weightsHint,
    published,
    cached: model.hasArchive && ((await cachedArchive(name)) ?? null),
  };
}

/** A table of what compares, each row between its model's name and what needs words. */
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
  const { isDefault, input, outputs, testTimeOptions, published, weights, cached } = facts;
  const words = [`Finds ${outputs}.`];
  const scaled = testTimeOptions?.includes("scales") ? ", or scaled as --scales says" : "";
  if (input.byImage) words.push(`Sees each image at its own size${scaled}.`);
  else if (input.multipleOf) words.push(`Takes any size in multiples of ${input.multipleOf}.`);
  if (isDefault) words.push("The default.");
  if (published) words.push(figuresOf(published));
  words.push(weights);
  if (cached !== undefined) words.push(`The archive is ${cached ? "" : "not "}in the cache.`);
  return wrap(words.join(" "), 78).map((line) => `  ${line}`);
}

/** Milliseconds mean little without the GPU's name. */
function figuresOf({ boxes, keypoints, milliseconds, images, gpu }: PublishedFigures): string {
  const precisions = [
    ...(boxes === undefined ? [] : [`box mAP ${boxes.toFixed(1)}`]),
    ...(keypoints === undefined ? [] : [`keypoint mAP ${keypoints.toFixed(1)}`]),
  ];
  const where = images ?? "COCO 2017 val";
  return `Published: ${precisions.join(", ")} on ${where}, ${milliseconds} ms on ${gpu ?? "a GPU that was never named"}.`;
}
