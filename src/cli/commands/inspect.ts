import type { Command } from "commander";
import type { Checkpoint } from "../../checkpoints/checkpoint.ts";
import { type CheckpointDescription, describeCheckpoint } from "../../checkpoints/inspect.ts";
import { type NamedCheckpoint, nameParameters } from "../../checkpoints/names/nameParameters.ts";
import { CenterNetError } from "../../errors.ts";
import { modelOfCheckpoint } from "../../loading/modelOfCheckpoint.ts";
import { openWeightsFile } from "../../loading/openWeights.ts";
import { print, printJson, type Session } from "../io.ts";
import { NUMBER_COLUMNS, numberCells, readNumbers, type VariableNumbers } from "../report/variableTable.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";

const HELP = `
Variables are listed under the names that the file uses.
With --histogram all numbers are read. A variable's bar has 32 parts from its
min to its max; the fullest part is a full block. In the JSON its row has
statistics and histogram.

Examples:
  centernet inspect weights/movenet-lightning.safetensors
  centernet inspect weights/movenet-lightning.safetensors --histogram
  centernet inspect models/movenet-thunder.json --json
  centernet inspect centernet_resnet50_v2_512x512_coco17_tpu-8.tar.gz`;

export function addInspect(program: Command, session: Session): void {
  program
    .command("inspect")
    .description("List the variables of a weights file.")
    .argument(
      "<file>",
      "safetensors, a TensorFlow.js model.json, a TensorFlow checkpoint, a file written by torch.save, or an ONNX model",
    )
    .option("--histogram", "also print what each variable's numbers are like, with a histogram")
    .option("--json", "print one JSON object instead: { format, where, metadata, rows, totals }")
    .addHelpText("after", HELP)
    .action(async (file: string, { json, histogram }: { json?: boolean; histogram?: boolean }) => {
      const checkpoint = await openWeightsFile(file);
      const description = describeCheckpoint({ ...checkpoint, metadata: await metadataOf(checkpoint) });
      const numbers = histogram ? await readNumbers(checkpoint, session.signal) : undefined;
      await checkpoint.close?.();
      if (json) printJson(session, withNumbers(description, numbers));
      else for (const line of linesOf(description, numbers)) print(session, line);
    });
}

type Numbers = ReadonlyMap<string, VariableNumbers>;

function withNumbers(description: CheckpointDescription, numbers: Numbers | undefined) {
  if (!numbers) return description;
  return { ...description, rows: description.rows.map((row) => ({ ...row, ...numbers.get(row.name) })) };
}

/** With what its variables are named by for this project, and whose they are, where that is known. */
async function metadataOf(checkpoint: Checkpoint): Promise<Checkpoint["metadata"]> {
  const named = await nameParameters(checkpoint).catch(() => undefined);
  const { family, relative } = named?.evidence ?? {};
  const model = relative ? `${relative.what}, which is not read` : family && named && knownName(named);
  return new Map([
    ...checkpoint.metadata,
    ...(named?.metadata ?? []),
    ...(model ? [["recognized as", model] as const] : []),
  ]);
}

/** Undefined where it is a network that cannot be run here; its variables are listed all the same. */
function knownName(named: NamedCheckpoint): string | undefined {
  try {
    return modelOfCheckpoint(named).model.name;
  } catch (error) {
    if (error instanceof CenterNetError) return undefined;
    throw error;
  }
}

function linesOf(
  { format, where, metadata, rows, totals }: CheckpointDescription,
  numbers: Numbers | undefined,
): string[] {
  const checksums = rows.some(({ crc32c }) => crc32c !== undefined);
  const table = formatTable(
    [
      { heading: "dtype", align: "left" },
      { heading: "bytes", align: "right" },
      { heading: "shape", align: "left" },
      ...(checksums ? [{ heading: "crc32c", align: "left" } as const] : []),
      ...(numbers ? NUMBER_COLUMNS : []),
      { heading: "name", align: "left" },
    ],
    rows.map(({ name, dtype, shape, bytes, quantization, crc32c }) => [
      quantization ? `${dtype}, quantized` : dtype,
      formatCount(bytes),
      shape.length === 0 ? "scalar" : shape.join("x"),
      ...(checksums ? [crc32c ?? ""] : []),
      ...(numbers ? numberCells(numbers.get(name)) : []),
      name,
    ]),
  );
  const about = Object.entries(metadata).map(([key, value]) => `  ${key}: ${value}`);
  const { variables, elements, bytes } = totals;
  const sum = `${formatCount(variables)} variables, ${formatCount(elements)} numbers, ${formatCount(bytes)} bytes`;
  return [`${where}: ${format}`, ...about, "", ...table, "", sum];
}
