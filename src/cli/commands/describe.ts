import type { Command } from "commander";
import { describeGraph, type GraphDescription, type LayerDescription } from "../../analysis/describe.ts";
import { UsageError } from "../../errors.ts";
import { describeWasmPlan, type WasmPlanDescription } from "../../executors/wasm/describeWasmPlan.ts";
import { defaultThreads } from "../../executors/wasm/threads/threadPool.ts";
import type { Precision } from "../../kernels/kernel.ts";
import { DEFAULT_CHOICES } from "../../kernels/wasm/kernel.ts";
import { openModel } from "../../loading/openWeights.ts";
import { checkWeights } from "../../loading/readWeights.ts";
import { checkInputSize, type InputSize, type Model } from "../../models/model.ts";
import { modelNamed } from "../../models/models.ts";
import { runnable } from "../../network.ts";
import { print, printError, printJson, type Session } from "../io.ts";
import {
  checkNamesModel,
  lowMemoryOption,
  precisionOption,
  sizeOption,
  threadsOption,
  weightsOption,
} from "../options.ts";
import { algorithmTable, memoryTable, memoryTotals } from "../report/planTable.ts";
import { formatCount, formatSides } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";

const HELP = `
Layers are listed below their scope. Multiply-adds in brackets are not part of
the total: such a layer runs only if it is tapped. A layer's full name, as taps
expect it, is the scope, a dot and the layer: backbone.stem.conv2d. --json
prints full names.

--plan and --memory describe the backend wasm, which runs the layers that
--fused shows. With --json they print { model, input, choices, layers, bytes }.

--weights describes the network that a file holds, published or not. The file
must hold exactly its parameters.

Examples:
  centernet describe movenet-multipose
  centernet describe movenet-multipose --size 512x384 --fused
  centernet describe movenet-lightning --json
  centernet describe movenet-multipose --plan --memory --threads 2
  centernet describe --weights CenterNet-104_480000.pkl --size 255x127`;

interface DescribeFlags {
  readonly weights?: string;
  readonly size?: InputSize;
  readonly fused?: boolean;
  readonly json?: boolean;
  readonly plan?: boolean;
  readonly memory?: boolean;
  readonly precision?: Precision;
  readonly lowMemory?: boolean;
  readonly threads?: number;
}

export function addDescribe(program: Command, session: Session): void {
  program
    .command("describe")
    .description("Print the layers of a model with their parameters and their cost.")
    .argument(
      "[model]",
      "name of the model, see centernet models (default: the one that the weights belong to)",
    )
    .addOption(weightsOption())
    .addOption(sizeOption())
    .option("--fused", "show the network as it runs: bias, sum and activation fused into their convolution")
    .option("--plan", "show which algorithm wasm chooses for each layer, and why")
    .option("--memory", "show the memory of a wasm plan: how long each map is held, peak and total")
    .addOption(precisionOption())
    .addOption(lowMemoryOption())
    .addOption(threadsOption())
    .option("--json", "print one JSON object instead: { model, input, resizer?, rows, totals }")
    .addHelpText("after", HELP)
    .action((name: string | undefined, flags: DescribeFlags) => describe(name, flags, session));
}

async function describe(name: string | undefined, flags: DescribeFlags, session: Session): Promise<void> {
  const { fused = false, json } = flags;
  const { model, input } = await describedModel(name, flags, session);
  if (flags.plan || flags.memory) {
    describePlan(model, input, flags, session);
    return;
  }
  refuseWithoutPlan(flags);
  const graph = runnable(model.graph(input), fused);
  const description = describeGraph(graph, model.constants(input));
  if (json) {
    const { layers: rows, totals } = description;
    const { resizer } = model;
    printJson(session, { model: model.name, input, ...(resizer && { resizer }), rows, totals });
    return;
  }
  print(session, `${model.name} at ${input.width}x${input.height}: ${model.backbone}`);
  if (model.resizer) print(session, resizerLine(model));
  for (const line of [...layersOf(description), ...totalsOf(description)]) print(session, line);
}

/** How images become the network's input, and whether its size is theirs. */
function resizerLine({ resizer, sizedByImage }: Model): string {
  return `Images: ${resizer}${sizedByImage ? "; each decides the size, and the one above is only an example" : ""}`;
}

/** The model to describe and its input size. */
async function describedModel(
  name: string | undefined,
  { weights, size }: DescribeFlags,
  session: Session,
): Promise<{ model: Model; input: InputSize }> {
  checkNamesModel(name, weights);
  if (name !== undefined && weights === undefined) {
    const model = modelNamed(name);
    return { model, input: sizeOf(model, size) };
  }
  const { model, checkpoint, notes } = await openModel(name, { weights });
  try {
    const input = sizeOf(model, size);
    checkWeights(checkpoint, model, input);
    for (const note of notes) printError(session, note);
    return { model, input };
  } finally {
    await checkpoint.close?.();
  }
}

/** @throws UsageError if the model does not support the size. */
function sizeOf(model: Model, size = model.defaultSize): InputSize {
  checkInputSize(model, size);
  return size;
}

function describePlan(model: Model, input: InputSize, flags: DescribeFlags, session: Session): void {
  const { precision = DEFAULT_CHOICES.precision, threads = defaultThreads(), lowMemory } = flags;
  const choices = { precision, memory: lowMemory ? ("low" as const) : DEFAULT_CHOICES.memory };
  const plan = describeWasmPlan(runnable(model.graph(input), true), choices, threads);
  if (flags.json) {
    printJson(session, { model: model.name, input, choices: { ...choices, threads }, ...plan });
    return;
  }
  const counted = `${threads} ${threads === 1 ? "thread" : "threads"}`;
  print(session, `${model.name} at ${input.width}x${input.height} on wasm, ${counted}`);
  for (const line of linesOf(plan, flags)) print(session, line);
}

function linesOf(plan: WasmPlanDescription, flags: DescribeFlags): string[] {
  return [
    ...(flags.plan ? ["", ...algorithmTable(plan)] : []),
    ...(flags.memory ? ["", ...memoryTable(plan), "", ...memoryTotals(plan)] : []),
  ];
}

/** @throws UsageError for an option that has no effect without --plan or --memory. */
function refuseWithoutPlan({ precision, lowMemory, threads }: DescribeFlags): void {
  for (const [option, value] of Object.entries({ precision, "low-memory": lowMemory, threads })) {
    if (value === undefined) continue;
    throw new UsageError({
      where: `option --${option}`,
      expected: "to be used with --plan or --memory",
      got: "neither",
    });
  }
}

/** One row per layer, under its scope if that is new. */
function layersOf({ layers }: GraphDescription): string[] {
  const [heading, ...lines] = formatTable(
    [
      { heading: "layer", align: "left" },
      { heading: "op", align: "left" },
      { heading: "shape", align: "left" },
      { heading: "parameters", align: "right" },
      { heading: "multiply-adds", align: "right" },
    ],
    layers.map((layer) => [
      `  ${partsOf(layer).last}`,
      layer.op,
      formatSides(layer.shape),
      formatCount(layer.parameters),
      layer.needed ? formatCount(layer.multiplyAdds) : `(${formatCount(layer.multiplyAdds)})`,
    ]),
  );
  const grouped = layers.flatMap((layer, i) => {
    const { scope } = partsOf(layer);
    const isNew = i === 0 || partsOf(layers[i - 1]).scope !== scope;
    return isNew ? [scope, lines[i]] : [lines[i]];
  });
  return ["", heading, ...grouped];
}

function partsOf({ name }: LayerDescription): { scope: string; last: string } {
  const dot = name.lastIndexOf(".");
  return { scope: name.slice(0, dot), last: name.slice(dot + 1) };
}

function totalsOf({ layers, totals }: GraphDescription): string[] {
  const { trainableParameters, storedNumbers, multiplyAdds, gflops } = totals;
  return [
    "",
    `layers                ${formatCount(layers.length)}`,
    `trainable parameters  ${formatCount(trainableParameters)}`,
    `stored numbers        ${formatCount(storedNumbers)}`,
    `multiply-adds         ${formatCount(multiplyAdds)} (${gflops.toFixed(3)} GFLOPs)`,
  ];
}
