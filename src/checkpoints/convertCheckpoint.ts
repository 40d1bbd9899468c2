import { ModelError } from "../errors.ts";
import type { Weights } from "../tensor.ts";
import { float16ToNumber, numberToFloat16 } from "./bytes/float16.ts";
import type { NamedCheckpoint } from "./names/nameParameters.ts";
import { LABEL_MAP_KEY, PIPELINE_KEY } from "./safetensors/safetensorsCheckpoint.ts";
import { type FilePieces, writeSafetensors } from "./safetensors/writeSafetensors.ts";

export interface Conversion {
  tensors: Weights;
  dtype: "F16" | "F32";
  /** The safetensors file. */
  file: FilePieces;
}

/**
 * Writes a model's weights as a safetensors file of this project. Tensors are sorted by name, so that the
 * same input gives the same bytes. The default `dtype` is float16 if that loses nothing, else float32.
 *
 * @throws ModelError if a number is too large for the float16 that was asked for.
 */
export function convertCheckpoint(
  checkpoint: NamedCheckpoint,
  model: string,
  weights: Weights,
  dtype?: Conversion["dtype"],
): Conversion {
  const tensors = new Map([...weights].sort(([a], [b]) => (a < b ? -1 : 1)));
  const chosen =
    dtype ?? ([...tensors.values()].every(({ data }) => data.every(fitsFloat16)) ? "F16" : "F32");
  if (chosen === "F16") refuseOverflow(tensors, checkpoint.where);
  return {
    tensors,
    dtype: chosen,
    file: writeSafetensors(tensors, metadataOf(checkpoint, model), { dtype: chosen }),
  };
}

function metadataOf(checkpoint: NamedCheckpoint, model: string): Map<string, string> {
  const metadata = new Map([
    ["format", "centernet"],
    ["model", model],
  ]);
  if (checkpoint.format === "tfjs") {
    metadata.set("source", checkpoint.metadata.get("generatedBy") ?? checkpoint.where);
    metadata.set("licence", "Apache-2.0"); // all tfjs models recognized here are MoveNets; see weights/README.md
    metadata.set(
      "changes",
      "Converted from TensorFlow.js: constants renamed and reordered, values unchanged.",
    );
  }
  if (checkpoint.format === "onnx") {
    metadata.set("source", "https://github.com/Star-Clouds/CenterFace");
    metadata.set("licence", "MIT"); // the only ONNX files recognized here are CenterFace's; see weights/README.md
    metadata.set(
      "changes",
      "Converted from ONNX: tensors renamed and kernels' axes moved, values unchanged.",
    );
  }
  const texts = checkpoint.evidence.sidecar?.texts;
  if (texts?.pipeline !== undefined) metadata.set(PIPELINE_KEY, texts.pipeline);
  if (texts?.labelMap !== undefined) metadata.set(LABEL_MAP_KEY, texts.labelMap);
  return metadata;
}

function refuseOverflow(tensors: Weights, where: string): void {
  for (const [name, { data }] of tensors) {
    const value = data.find((number) => !Number.isFinite(float16ToNumber(numberToFloat16(number))));
    if (value === undefined) continue;
    throw new ModelError({
      where: `${where} ${name}`,
      expected: "numbers that float16 can hold, up to 65504",
      got: `${value}`,
      hint: "Convert to float32.",
    });
  }
}

function fitsFloat16(value: number): boolean {
  return float16ToNumber(numberToFloat16(value)) === value;
}
