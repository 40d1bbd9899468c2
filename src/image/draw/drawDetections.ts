import type { Detection } from "../../detection.ts";
import type { RgbImage } from "../rgbImage.ts";
import { drawFrame, frameOf, isFinitePlace } from "./drawFrame.ts";
import { colorOf, type DrawingSizes, drawingSizes, skeletonSizes } from "./drawingSizes.ts";
import { drawLabels } from "./drawLabels.ts";
import { drawSkeleton } from "./drawSkeleton.ts";
import { drawTriplet } from "./drawTriplet.ts";
import type { Color } from "./shapes.ts";

export interface DrawOptions {
  /**
   * Keypoints below this score are not drawn, nor are the lines to them. From 0 to 1; default 0.2, below which
   * MoveNet's keypoints are mostly guesses about hidden parts.
   */
  keypointScore?: number;
  /** Whether to write labels and scores. Default true. */
  labels?: boolean;
}

/** With more, a viewer could not tell which corners and centers belong together. */
export const MAX_TRIPLETS = 20;

/**
 * Draws boxes, skeletons, triplets and labels on a copy of the image. Each person with keypoints and each box
 * with a triplet has its own color; other detections have one color per class. The best 20 triplets are drawn,
 * with finer lines the more there are; further boxes are faint. Better detections are drawn on top, and labels
 * above everything. Shapes are clipped to the image and labels moved into it; a detection without finite
 * coordinates is not drawn.
 */
export function drawDetections(
  image: RgbImage,
  detections: readonly Detection[],
  options: DrawOptions = {},
): RgbImage {
  const { keypointScore = 0.2, labels = true } = options;
  const drawing: RgbImage = { ...image, data: image.data.slice() };
  const triplets = detections.filter(({ triplet }) => triplet).length;
  const sizes = sizesFor(triplets, drawingSizes(image.width, image.height));
  const bestFirst = colored(detections)
    .filter(({ detection }) => isFinitePlace(Object.values(detection.box)))
    .sort((a, b) => b.detection.score - a.detection.score);

  const items = bestFirst.map(({ detection, color }) => ({
    text: `${detection.label} ${detection.score.toFixed(2)}`,
    box: frameOf(detection.box, image, sizes),
    color,
    triplet: detection.triplet,
    keypoints: (detection.keypoints ?? []).filter(
      ({ x, y, score }) => score >= keypointScore && isFinitePlace([x, y]),
    ),
  }));
  const worstFirst = [...items].reverse();
  worstFirst.forEach(({ box, color, triplet }, i) => {
    const isOneOfMany = triplet && items.length - i > MAX_TRIPLETS;
    drawFrame(drawing, box, { color, opacity: isOneOfMany ? FAINT : 1 }, sizes);
  });
  for (const { triplet, color, box } of items.slice(0, MAX_TRIPLETS).reverse()) {
    if (triplet) drawTriplet(drawing, triplet, color, skeletonSizes(sizes, box));
  }
  for (const { keypoints, color, box } of worstFirst) {
    drawSkeleton(drawing, keypoints, color, skeletonSizes(sizes, box));
  }
  if (labels) drawLabels(drawing, items, sizes);
  return drawing;
}

function colored(detections: readonly Detection[]): { detection: Detection; color: Color }[] {
  let distinct = 0;
  return detections.map((detection) => {
    const index = detection.keypoints || detection.triplet ? distinct++ : detection.classId;
    return { detection, color: colorOf(index) };
  });
}

/** This many triplets can be told apart at the usual line widths. */
const FEW_TRIPLETS = 6;
const FINEST = 0.55;
/** The opacity of the boxes beyond the best. */
const FAINT = 0.45;

function sizesFor(triplets: number, sizes: DrawingSizes): DrawingSizes {
  const part = Math.min(1, Math.max(FINEST, Math.sqrt(FEW_TRIPLETS / triplets)));
  const { lineRadius, rim, dotRadius, capitalHeight, corner } = sizes;
  return {
    lineRadius: lineRadius * part,
    rim: rim * part,
    // The center's position matters more than a thin line, so dots shrink less.
    dotRadius: dotRadius * Math.sqrt(part),
    capitalHeight: Math.max(7, capitalHeight * part),
    corner: corner * part,
  };
}
