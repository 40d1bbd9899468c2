/** Three kites and the maps that a trained network of triplets might output for them, made by hand. */
import type { Box, Detection, Point } from "../detection.ts";
import type { TripletExplanation } from "../explain/explanation.ts";
import { COCO_LABELS } from "../models/coco.ts";
import { modelNamed } from "../models/models.ts";
import type { InputSize } from "../models/view.ts";
import { shapeOf, type Tensor, tensor } from "../tensor.ts";

/** A kite with what a trained network might output for it. */
export interface Kite {
  readonly box: Box;
  readonly embedding: number;
  readonly scores: readonly [topLeft: number, bottomRight: number, center: number];
  /** Where the center is found, as a fraction of the box's width; the middle by default. */
  readonly centerAt?: number;
}

/**
 * To the embedding, the red kite (first) and the green kite look so much alike that the red one's top-left
 * corner and the green one's bottom-right corner make a pair, too: only a center can tell that it is no kite.
 */
export const KITES: readonly Kite[] = [
  { box: { xmin: 70, ymin: 80, xmax: 330, ymax: 400 }, embedding: 1, scores: [0.91, 0.86, 0.84] },
  { box: { xmin: 440, ymin: 190, xmax: 660, ymax: 450 }, embedding: 1.3, scores: [0.82, 0.88, 0.79] },
  { box: { xmin: 560, ymin: 40, xmax: 670, ymax: 160 }, embedding: 3, scores: [0.74, 0.7, 0.66] },
];
/** The sides are 127 modulo 128, so that the image fills its canvas. */
export const KITE_IMAGE = { width: 767, height: 511 };
export const KITE_CLASS = [...COCO_LABELS.values()].indexOf("kite");

/** Decodes what a network might output for kites in an image of this size, as `detect` does. */
export function explainKites(
  kites: readonly Kite[] = KITES,
  size: InputSize = KITE_IMAGE,
): { readonly detections: readonly Detection[]; readonly explanation: TripletExplanation } {
  const image = { ...size, data: new Uint8Array(size.width * size.height * 3) };
  const loaded = { size, constants: new Map() };
  const { views, combine } = modelNamed("centernet-52").views(image, loaded, { explain: true });
  const { detections, explain } = combine(views.map((view) => view.decode(kiteOutputs(kites, size))));
  const explanation = explain?.({ detections, fates: [] }).explanation;
  if (explanation?.family !== "triplets") throw new Error("the model explains no triplets");
  return { detections, explanation };
}

/** Top-left corner, bottom-right corner and center. */
export function keypointsOf({ box: { xmin, ymin, xmax, ymax }, centerAt = 0.5 }: Kite): Point[] {
  const center = { x: xmin + centerAt * (xmax - xmin), y: (ymin + ymax) / 2 };
  return [{ x: xmin, y: ymin }, { x: xmax, y: ymax }, center];
}

/** In cells. */
const PEAK_SIGMA = 2.2;
const PEAK_REACH = 7;

/** A network's outputs: peaks at the kites' keypoints, as training aims at, and zeros elsewhere. */
export function kiteOutputs(
  kites: readonly Kite[] = KITES,
  { width, height }: InputSize = KITE_IMAGE,
): Record<string, Tensor> {
  const outputs: Record<string, Tensor> = {};
  const [rows, columns, classes] = [(height + 1) / 4, (width + 1) / 4, COCO_LABELS.size];
  for (const [index, keypoint] of ["topLeft", "bottomRight", "center"].entries()) {
    const heatmap = tensor(shapeOf(rows, columns, classes));
    const offset = tensor(shapeOf(rows, columns, 2));
    const embedding = tensor(shapeOf(rows, columns, 1));
    for (const kite of kites) {
      const { x, y } = keypointsOf(kite)[index];
      const [xInCells, yInCells] = [(x * columns) / width, (y * rows) / height];
      const [column, row] = [Math.floor(xInCells), Math.floor(yInCells)];
      for (let i = -PEAK_REACH; i <= PEAK_REACH; i++) {
        for (let j = -PEAK_REACH; j <= PEAK_REACH; j++) {
          const value = kite.scores[index] * Math.exp(-(i * i + j * j) / (2 * PEAK_SIGMA ** 2));
          heatmap.data[((row + i) * columns + column + j) * classes + KITE_CLASS] = value;
        }
      }
      offset.data.set([xInCells - column, yInCells - row], (row * columns + column) * 2);
      embedding.data[row * columns + column] = kite.embedding;
    }
    outputs[`${keypoint}Heatmap`] = heatmap;
    outputs[`${keypoint}Offset`] = offset;
    if (keypoint !== "center") outputs[`${keypoint}Embedding`] = embedding;
  }
  return outputs;
}
