import type { Command } from "commander";
import { describeGraph } from "../../analysis/describe.ts";
import { receptiveFields } from "../../analysis/receptiveFields.ts";
import { describePlan as describeModelPlan } from "../../describePlan.ts";
import { UsageError } from "../../errors.ts";
import type { WasmPlanDescription } from "../../executors/wasm/describeWasmPlan.ts";
import { defaultThreads } from "../../executors/wasm/threads/threadPool.ts";
import type { Precision } from "../../kernels/kernel.ts";
import { DEFAULT_CHOICES } from "../../kernels/wasm/kernel.ts";
import { openModelWeights } from "../../loading/openWeights.ts";
import { checkWeights } from "../../loading/readWeights.ts";
import { checkInputSize, type InputSize, type Model } from "../../models/model.ts";
import { modelNamed } from "../../models/models.ts";
import { runnable } from "../../network.ts";
import { counted } from "../../support/counted.ts";
import { drawNetwork } from "../../visualization/drawNetwork.ts";
import {
  checkNamesModel,
  lowMemoryOption,
  parsePathEnding,
  precisionOption,
  sizeOption,
  threadsOption,
  valueOption,
  weightsOption,
} from "../arguments/options.ts";
import { outputTarget } from "../files/outputTarget.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, printError, printJson, type Session } from "../io.ts";
import { layerTable, totalLines } from "../report/layerTable.ts";
import { algorithmTable, memoryTable, memoryTotals } from "../report/planTable.ts";

const HELP = `
Layers are listed below their scope. Multiply-adds in brackets are not part of
the total: such a layer runs only if it is tapped. A layer's full name, as taps
expect it, is the scope, a dot and the layer: backbone.stem.conv2d. --json
prints full names.

--receptive adds what a cell of each layer sees of the input, in pixels: height
x width (∞: to the end of the input), how many pixels the next cell lies
further on, and the first row and column that cell 0 sees, negative in padding.
Corner pools see lines; center pools a cross, printed as two rectangles. With
--json each row has receptiveField, in which null stands for ∞.

--plan and --memory describe the backend wasm, which runs the layers that
--fused shows. With --json they print { model, input, choices, layers, bytes }.

--weights describes the network that a file holds, published or not. The file
must hold exactly its parameters.

Examples:
  centernet describe movenet-multipose
  centernet describe movenet-multipose --size 512x384 --fused
  centernet describe movenet-lightning --json
  centernet describe centernet-52 --receptive
  centernet describe centernet-52 --svg centernet-52.svg
  centernet describe movenet-multipose --plan --memory --threads 2
  centernet describe --weights CenterNet-104_480000.pkl --size 255x127`;

interface DescribeFlags {
  readonly weights?: string;
  readonly size?: InputSize;
  readonly fused?: boolean;
  readonly json?: boolean;
  readonly receptive?: boolean;
  readonly svg?: string;
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
    .option("--receptive", "show the receptive field of each layer")
    .addOption(
      valueOption("--svg <file>", "draw the network, block by block, as an SVG", parsePathEnding(".svg")),
    )
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
  const { fused = false, json, svg } = flags;
  await checkOutput(name, flags);
  const { model, input } = await describedModel(name, flags, session);
  if (flags.plan || flags.memory) {
    describePlan(model, input, flags, session);
    return;
  }
  refuseWithoutPlan(flags);
  const graph = runnable(model.graph(input), fused);
  if (svg !== undefined) {
    const title = `${model.name} at ${input.width}x${input.height}: ${model.backbone}`;
    await writeOutput(svg, drawNetwork(graph, { title }), `option --svg ${svg}`);
  }
  const description = describeGraph(graph, model.constants(input));
  const fields = flags.receptive ? receptiveFields(graph) : undefined;
  if (json) {
    const { layers, totals } = description;
    const rows = fields ? layers.map((layer) => ({ ...layer, receptiveField: fields[layer.name] })) : layers;
    const { resizer } = model;
    printJson(session, { model: model.name, input, ...(resizer && { resizer }), rows, totals });
    return;
  }
  print(session, `${model.name} at ${input.width}x${input.height}: ${model.backbone}`);
  if (model.resizer) print(session, resizerLine(model));
  for (const line of [...layerTable(description, fields), ...totalLines(description)]) print(session, line);
}

/** @throws UsageError for options that exclude each other, or a file that cannot be written or would overwrite weights. */
async function checkOutput(model: string | undefined, flags: DescribeFlags): Promise<void> {
  const { svg, receptive, weights } = flags;
  const other = flags.plan ? "--plan" : flags.memory ? "--memory" : undefined;
  const own = svg !== undefined ? "--svg" : receptive ? "--receptive" : undefined;
  if (own && other) {
    const fault = { where: `option ${own}`, expected: "to be used without --plan and --memory", got: other };
    throw new UsageError(fault);
  }
  if (svg === undefined) return;
  const name = `option --svg ${svg}`;
  refuseOverwriting([
    ...(weights === undefined && model === undefined ? [] : await weightsUses(weights, model)),
    { path: svg, role: "output", name },
  ]);
  await outputTarget(svg, name);
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
  const { model, checkpoint, notes } = await openModelWeights(name, { weights });
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
  const plan = describeModelPlan(model, { inputSize: input, threads, ...choices });
  if (flags.json) {
    printJson(session, { model: model.name, input, choices: { ...choices, threads }, ...plan });
    return;
  }
  print(session, `${model.name} at ${input.width}x${input.height} on wasm, ${counted(threads, "thread")}`);
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
