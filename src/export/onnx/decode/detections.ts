import { UsageError } from "../../../errors.ts";
import type { Decoding } from "../../../models/decoding.ts";
import type { InputSize } from "../../../models/model.ts";
import type { OnnxBuilder, OnnxValue } from "../onnxGraph.ts";
import type { OnnxDetections } from "./boxes.ts";
import { Calculation } from "./calculation.ts";
import type { OnnxMaps } from "./mapReader.ts";
import { objectsInOnnx } from "./objects.ts";
import { poseInOnnx, posesInOnnx } from "./poses.ts";
import { tripletsInOnnx } from "./triplets.ts";

/** What is known of the model. */
export interface DecodedModel {
  readonly decoding: Decoding;
  readonly input: InputSize;
  /** The class id of each channel of the heatmap. */
  readonly classIds: readonly number[];
  readonly keypointCount: number;
}

/**
 * Adds the model's decode to a graph: from its maps to boxes, scores, classes and keypoints, in pixels of the input.
 *
 * @throws UsageError for a decode that is not written in ONNX.
 */
export function addDecode(builder: OnnxBuilder, maps: OnnxMaps, model: DecodedModel): OnnxValue[] {
  const c = new Calculation(builder);
  const { count, boxes, scores, classes, keypoints } = detectionsOf(c, maps, model);
  c.step("classes");
  c.name(boxes, "boxes");
  c.name(scores, "scores");
  c.name(c.gather(c.integers(model.classIds), classes), "classes");
  const outputs: OnnxValue[] = [
    {
      name: "boxes",
      type: "float32",
      dims: [count, 4],
      meaning: "xmin, ymin, xmax, ymax in pixels of the input",
    },
    { name: "scores", type: "float32", dims: [count], meaning: "0 to 1; 0 is no detection" },
    { name: "classes", type: "int64", dims: [count], meaning: "ids, named by labels in the metadata" },
  ];
  if (keypoints === undefined) return outputs;
  c.name(keypoints, "keypoints");
  const dims = [count, model.keypointCount, 3];
  return [
    ...outputs,
    { name: "keypoints", type: "float32", dims, meaning: "x, y in pixels of the input, score" },
  ];
}

function detectionsOf(c: Calculation, maps: OnnxMaps, { decoding, input }: DecodedModel): OnnxDetections {
  switch (decoding.kind) {
    case "objects":
      return objectsInOnnx(c, maps, decoding.settings, input);
    case "triplets":
      return tripletsInOnnx(c, maps, decoding.settings, input);
    case "poses":
      return posesInOnnx(c, maps, decoding.constants, input);
    case "pose":
      return poseInOnnx(c, maps, decoding.constants, input);
    case "faces":
      throw new UsageError({
        where: "decode in ONNX",
        expected: "a model whose number of detections is fixed",
        got: "faces, of which suppression keeps any number",
        hint: "Export the heads alone.",
      });
  }
}
