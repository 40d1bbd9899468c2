import type { Command } from "commander";
import { describeGraph } from "../../describe.ts";
import type { Model } from "../../models/model.ts";
import { DEFAULT_MODEL, MODELS } from "../../models/models.ts";
import { formatCount } from "../formatNumber.ts";
import { print, type Session } from "../io.ts";
import { formatTable } from "../table.ts";
import { wrap } from "../wrap.ts";

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
    .action(({ json }: { json?: boolean }) => {
      const models = MODELS.map(factsOf);
      if (json) print(session, JSON.stringify(models));
      else for (const line of listOf(models)) print(session, line);
    });
}

interface ModelFacts {
  readonly name: string;
  readonly isDefault: boolean;
  readonly backbone: string;
  /** Pixels; where the size is free, sides are multiples of `multipleOf`. */
  readonly input: { readonly width: number; readonly height: number; readonly multipleOf?: number };
  readonly outputs: string;
  readonly parameters: number;
  readonly gflops: number;
  readonly weights: string;
}

function factsOf(model: Model): ModelFacts {
  const { name, backbone, outputs, defaultSize, sizeMultiple, weightsHint } = model;
  const { totals } = describeGraph(model.graph(defaultSize));
  return {
    name,
    isDefault: name === DEFAULT_MODEL,
    backbone,
    input: { ...defaultSize, multipleOf: sizeMultiple },
    outputs,
    parameters: totals.trainableParameters,
    gflops: Number(totals.gflops.toFixed(3)),
    weights: weightsHint,
  };
}

/** A table of what compares, and below each row what needs words. */
function listOf(models: readonly ModelFacts[]): string[] {
  const [heading, ...rows] = formatTable(
    [
      { heading: "model", align: "left" },
      { heading: "backbone", align: "left" },
      { heading: "input", align: "left" },
      { heading: "parameters", align: "right" },
      { heading: "GFLOPs", align: "right" },
    ],
    models.map(({ name, backbone, input, parameters, gflops }) => [
      name,
      backbone,
      `${input.width}x${input.height}`,
      formatCount(parameters),
      gflops.toFixed(3),
    ]),
  );
  return [heading, ...models.flatMap((model, i) => ["", rows[i], ...wordsOf(model)])];
}

function wordsOf({ isDefault, input, outputs, weights }: ModelFacts): string[] {
  const words = [`Finds ${outputs}.`];
  if (input.multipleOf) words.push(`Takes any size in multiples of ${input.multipleOf}.`);
  if (isDefault) words.push("The default.");
  return wrap(`${words.join(" ")} ${weights}`, 78).map((line) => `  ${line}`);
}
