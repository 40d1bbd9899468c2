import type { Command } from "commander";
import { type OnnxExport, prepareOnnx } from "../../export/onnx/exportOnnx.ts";
import type { OnnxValue } from "../../export/onnx/onnxGraph.ts";
import type { InputSize } from "../../models/model.ts";
import { formatShape, type Layout } from "../../tensor.ts";
import {
  checkNamesModel,
  labelMapOption,
  layoutOption,
  parsePathEnding,
  sizeOption,
  valueOption,
  weightsOption,
} from "../arguments/options.ts";
import { readLabelMap } from "../files/labelMapFile.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, printError, type Session } from "../io.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { loadingLine } from "../terminal/progress.ts";
import { formatTable } from "../terminal/table.ts";

const HELP = `
The file has one input, image: RGB from 0 to 255, float32, of one size; pixels
are normalized inside. Its outputs are the heads. Each value inside has the
name of its layer, as centernet describe prints it. Preprocessing, labels and
license are in the file's metadata. docs/onnx.md has the details.

Examples:
  centernet export movenet-lightning
  centernet export movenet-multipose --size 512x384 --layout NCHW -o poses.onnx
  centernet export --weights CenterNet-104_480000.pkl --size 511x511
  centernet export movenet-multipose --decode
  centernet export movenet-lightning --unfused`;

interface ExportFlags {
  readonly weights?: string;
  readonly labelMap?: string;
  readonly size?: InputSize;
  readonly layout?: Layout;
  readonly decode?: boolean;
  readonly unfused?: boolean;
  readonly output?: string;
}

export function addExport(program: Command, session: Session): void {
  const output = "the ONNX file to write (default: the model's name with .onnx, in this folder)";
  program
    .command("export")
    .description("Write a model with its weights as an ONNX file, for other engines.")
    .argument(
      "[model]",
      "name of the model, see centernet models (default: the one that the weights belong to)",
    )
    .addOption(weightsOption())
    .addOption(labelMapOption())
    .addOption(sizeOption())
    .addOption(layoutOption("order of the axes of input and heads: NHWC or NCHW (default: NHWC)"))
    .option("--decode", "add the decode: boxes, scores, classes and keypoints, in pixels of the input")
    .option("--unfused", "keep batch norms and biases as nodes of their own")
    .addOption(valueOption("-o, --output <file>", output, parsePathEnding(".onnx")))
    .addHelpText("after", HELP)
    .action((name: string | undefined, flags: ExportFlags) => exportModel(name, flags, session));
}

async function exportModel(name: string | undefined, flags: ExportFlags, session: Session): Promise<void> {
  const { weights, size: inputSize, layout, decode, unfused = false } = flags;
  const { signal } = session;
  checkNamesModel(name, weights);
  const labelMap = flags.labelMap === undefined ? undefined : await readLabelMap(flags.labelMap);
  const onProgress = loadingLine(session.stderr);
  const file = await prepareOnnx(name, {
    weights,
    labelMap,
    inputSize,
    layout,
    decode,
    fuse: !unfused,
    onProgress,
    signal,
  });
  const path = flags.output ?? `${file.model}.onnx`;
  const where = `option --output ${path}`;
  refuseOverwriting([...(await weightsUses(weights, name)), { path, role: "output", name: where }]);
  signal.throwIfAborted();
  await writeOutput(path, file.pieces, where);
  for (const note of file.notes) printError(session, note);
  for (const line of linesOf(path, file)) print(session, line);
}

function linesOf(
  path: string,
  { model, opset, byteLength, inputs, outputs, metadata }: OnnxExport,
): string[] {
  const rows = [
    ...inputs.map((value) => rowOf("input", value, metadata.get("input") ?? "")),
    ...outputs.map((value) => rowOf("output", value, value.meaning ?? "")),
  ];
  const columns = ["", "name", "type", "shape", "meaning"].map((heading) => {
    return { heading, align: "left" } as const;
  });
  return [
    `${path}: ${model}, opset ${opset}, ${formatCount(byteLength)} bytes`,
    ...formatTable(columns, rows),
    `Images: ${metadata.get("preprocessing")}.`,
    "Its metadata holds preprocessing, labels and license; see docs/onnx.md.",
  ];
}

function rowOf(role: string, { name, type, dims }: OnnxValue, meaning: string): string[] {
  return [role, name, type, formatShape(dims), meaning];
}
