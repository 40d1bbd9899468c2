import {
  type DetectedTriplet,
  decodeTriplets,
  MULTI_SCALE_SOFT_NMS,
  TRIPLET_SETTINGS,
  type TripletSettings,
  type ViewPeaks,
  viewPeakQuery,
  viewPeaks,
  viewPeaksFrom,
} from "../../decode/triplets/triplets.ts";
import type { ViewTransform } from "../../decode/triplets/viewTransform.ts";
import type { Detection } from "../../detection.ts";
import type { TripletWhyView } from "../../explain/why.ts";
import type { ViewPlacement } from "../../image/geometry.ts";
import { CANVAS_SCALING, centerOnCanvas, placeOnCanvas } from "../../image/input/centerOnCanvas.ts";
import type { RgbImage } from "../../image/rgbImage.ts";
import { type ClassLabel, classLabels } from "../coco.ts";
import type { Model } from "../model.ts";
import {
  type Maps,
  peakView,
  type Result,
  type TestTimeOptions,
  type View,
  type ViewOptions,
  type Views,
} from "../view.ts";
import {
  TRIPLET_OUTPUTS,
  type TripletArchitecture,
  tripletGraph,
  tripletMaps,
  tripletSizeMultiple,
} from "./tripletArchitecture.ts";
import { explainTriplets, tripletEvidence } from "./tripletExplanation.ts";
import { askedInView, heatmapTraces, tripletWhy } from "./tripletWhy.ts";

/** Everything that defines a model of keypoint triplets. */
export interface TripletSpec {
  readonly name: string;
  readonly backbone: string;
  readonly architecture: TripletArchitecture;
  readonly weightsHint: string;
}

/** A model with the spec that it was built from, which verification needs. */
export interface TripletModel extends Model {
  readonly tripletSpec: TripletSpec;
}

export function isTripletModel(model: Model): model is TripletModel {
  return "tripletSpec" in model;
}

/**
 * CenterNet with keypoint triplets (Duan et al., arXiv:1904.08189) and its authors' test procedure
 * (test/coco.py). Each image is run at its own size on a canvas, at each of `scales`, and with `flip` its
 * mirror image as well.
 */
export function tripletModel(spec: TripletSpec): TripletModel {
  const { name, backbone, architecture, weightsHint } = spec;
  const multiple = tripletSizeMultiple(architecture);
  const labels = classLabels(architecture.classes);
  return {
    tripletSpec: spec,
    name,
    backbone,
    outputs: "boxes",
    classes: labels,
    heatmaps: {
      outputs: {
        center: TRIPLET_OUTPUTS.center.heatmap,
        topLeft: TRIPLET_OUTPUTS.topLeft.heatmap,
        bottomRight: TRIPLET_OUTPUTS.bottomRight.heatmap,
      },
      classIds: labels.map(({ classId }) => classId),
    },
    defaultSize: { height: 511, width: 511 },
    sizeMultiple: multiple,
    sizeRemainder: multiple - 1,
    sizedByImage: true,
    placement: "at its own size, centered on a black canvas whose sides are 127 modulo 128",
    pixelScaling: CANVAS_SCALING,
    testTimeOptions: ["flip", "scales", "reproduceReference"],
    referenceNeedsScale1: true,
    weightsHint,
    constants: () => new Map(),
    graph: (size) => tripletGraph(architecture, size),
    decoding: () => ({ kind: "triplets", settings: TRIPLET_SETTINGS }),
    views: (image, _loaded, options) => viewsOf(image, options, labels),
  };
}

/** Where the image lies in one view. */
export interface TripletView {
  readonly transform: ViewTransform;
  readonly canvas: { readonly height: number; readonly width: number };
}

/** All views in the order of the reference: scale by scale, the plain image before its mirror image. */
export function tripletViews(
  image: Pick<RgbImage, "width" | "height">,
  { flip = false, scales = [1] }: Pick<TestTimeOptions, "flip" | "scales">,
): TripletView[] {
  return scales.flatMap((scale) => {
    const place = placeOnCanvas(image, scale);
    const { canvasWidth: width, canvasHeight: height, left, top } = place;
    const [mapWidth, mapHeight] = [(width + 1) / OUTPUT_STRIDE, (height + 1) / OUTPUT_STRIDE];
    const transform = {
      mapWidth,
      cellsPerPixelX: mapWidth / width,
      cellsPerPixelY: mapHeight / height,
      left,
      top,
      width: place.width,
      height: place.height,
      scale,
    };
    const mirrorings = flip ? [false, true] : [false];
    return mirrorings.map((mirrored) => ({
      transform: { ...transform, mirrored },
      canvas: { height, width },
    }));
  });
}

/** Input pixels per output cell. */
const OUTPUT_STRIDE = 4;

/**
 * The published configuration for these options: with several scales it merges overlapping boxes. `max` can
 * raise the limit of boxes unless `reproduceReference` is set.
 */
export function tripletSettings({
  scales = [1],
  reproduceReference = false,
  max = 0,
}: Pick<TestTimeOptions, "scales" | "reproduceReference" | "max">): TripletSettings {
  const softNms = scales.length > 1 ? MULTI_SCALE_SOFT_NMS : TRIPLET_SETTINGS.softNms;
  const maxBoxes = reproduceReference ? TRIPLET_SETTINGS.maxBoxes : Math.max(TRIPLET_SETTINGS.maxBoxes, max);
  return { ...TRIPLET_SETTINGS, softNms: { ...softNms, reproduceReference }, maxBoxes };
}

/** The peaks of one view, and what was asked about a pixel. */
interface FoundPeaks {
  readonly peaks: ViewPeaks;
  readonly asked?: TripletWhyView;
}

function viewsOf(image: RgbImage, options: ViewOptions, labels: readonly ClassLabel[]): Views<FoundPeaks> {
  const settings = tripletSettings(options);
  const { reproduceReference, explain, why } = options;
  const query = viewPeakQuery(TRIPLET_OUTPUTS, settings);
  const askedClass = {};
  const views = tripletViews(image, options).map((view): View<FoundPeaks> => {
    const { transform, canvas: size } = view;
    const { scale, mirrored } = transform;
    const placement = placementIn(view, image);
    const inputs = () => ({ image: centerOnCanvas(image, scale, { mirrored, reproduceReference }) });
    if (!explain && !why) {
      return peakView(placement, inputs, query, (answer) => {
        return { peaks: viewPeaksFrom(answer, TRIPLET_OUTPUTS, transform) };
      });
    }
    const decode = (outputs: Maps) => {
      const traces = why && heatmapTraces();
      const peaks = viewPeaks({ maps: tripletMaps(outputs), transform }, settings, traces);
      return {
        peaks,
        ...(traces && why && { asked: askedInView(traces, placement, why, labels, askedClass) }),
      };
    };
    return { size, placement, inputs, decode };
  });
  return { views, combine: (found) => resultOf(found, settings, labels, options) };
}

/** The same place as the decode takes it from the transform. */
function placementIn({ transform, canvas }: TripletView, image: RgbImage): ViewPlacement {
  const { left, top, scale, mirrored, cellsPerPixelX, cellsPerPixelY } = transform;
  return {
    left,
    top,
    scaleX: scale,
    scaleY: scale,
    imageWidth: image.width,
    imageHeight: image.height,
    scale,
    mirrored,
    inputWidth: canvas.width,
    inputHeight: canvas.height,
    outputStride: OUTPUT_STRIDE,
    cellsPerPixelX,
    cellsPerPixelY,
  };
}

function resultOf(
  found: readonly FoundPeaks[],
  settings: TripletSettings,
  labels: readonly ClassLabel[],
  { explain, why }: ViewOptions,
): Result {
  const views = found.map(({ peaks }) => peaks);
  const steps = decodeTriplets(views, settings);
  const detections = steps.boxes.map((triplet) => {
    const detection = detectionOf(triplet, labels);
    return explain ? { ...detection, triplet: tripletEvidence(triplet.triplet, settings) } : detection;
  });
  if (!explain && !why) return { detections };
  return {
    detections,
    explain(choice) {
      const names = labels.map(({ label }) => label);
      const asked = found.flatMap((view) => view.asked ?? []);
      const label = asked.length > 0 ? labels[asked[0].center.classIndex] : undefined;
      return {
        ...(explain && { explanation: explainTriplets(views, settings, steps, names) }),
        ...(why && label && { why: tripletWhy({ views, settings, steps }, asked, why, label, choice) }),
      };
    },
  };
}

function detectionOf(
  { x1, y1, x2, y2, score, triplet }: DetectedTriplet,
  labels: readonly ClassLabel[],
): Detection {
  return { ...labels[triplet.class], score, box: { xmin: x1, ymin: y1, xmax: x2, ymax: y2 } };
}
