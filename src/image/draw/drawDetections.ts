import type { Box, Detection } from "../../detection.ts";
import type { Picture } from "../picture.ts";
import { BLACK, colourOf, type DrawingSizes, drawingSizes, skeletonSizes } from "./drawingSizes.ts";
import { drawLabels } from "./drawLabels.ts";
import { drawSkeleton } from "./drawSkeleton.ts";
import { drawTriplet } from "./drawTriplet.ts";
import { type Colour, type Paint, type Rectangle, strokeRounded } from "./shapes.ts";

export interface DrawOptions {
  /**
   * Keypoints below this score are left out, and lines to them. From 0 to 1; default 0.2, below which
   * MoveNet's keypoints are mostly guesses about what is hidden.
   */
  keypointScore?: number;
  /** Whether labels and scores are written; default true. */
  labels?: boolean;
}

/** With more, nobody could tell which corner and which center are whose. */
export const MOST_TRIPLETS = 20;

/**
 * Draws boxes, skeletons, triplets and labels on a copy of the picture. People with keypoints and boxes with their
 * triplet have a colour each, other detections one a class. Of triplets the best 20 are drawn, the finer the more
 * there are; boxes beyond these are faint. The best detections lie on top, and labels above everything. What lies outside the picture is cut off,
 * a label moved inside; what has no finite place is left out.
 */
export function drawDetections(
  picture: Picture,
  detections: readonly Detection[],
  options: DrawOptions = {},
): Picture {
  const { keypointScore = 0.2, labels = true } = options;
  const drawing: Picture = { ...picture, data: Uint8Array.from(picture.data) };
  const triplets = detections.filter(({ triplet }) => triplet).length;
  const sizes = sizesFor(triplets, drawingSizes(picture.width, picture.height));
  const bestFirst = coloured(detections)
    .filter(({ detection }) => isFinitePlace(Object.values(detection.box)))
    .sort((a, b) => b.detection.score - a.detection.score);

  const items = bestFirst.map(({ detection, colour }) => ({
    text: `${detection.label} ${detection.score.toFixed(2)}`,
    box: frameOf(detection.box, picture, sizes),
    colour,
    triplet: detection.triplet,
    keypoints: (detection.keypoints ?? []).filter(
      ({ x, y, score }) => score >= keypointScore && isFinitePlace([x, y]),
    ),
  }));
  const worstFirst = [...items].reverse();
  worstFirst.forEach(({ box, colour, triplet }, i) => {
    const isOneOfMany = triplet && items.length - i > MOST_TRIPLETS;
    drawFrame(drawing, box, { colour, opacity: isOneOfMany ? FAINT : 1 }, sizes);
  });
  for (const { triplet, colour, box } of items.slice(0, MOST_TRIPLETS).reverse()) {
    if (triplet) drawTriplet(drawing, triplet, colour, skeletonSizes(sizes, box));
  }
  for (const { keypoints, colour, box } of worstFirst) {
    drawSkeleton(drawing, keypoints, colour, skeletonSizes(sizes, box));
  }
  if (labels) drawLabels(drawing, items, sizes);
  return drawing;
}

function coloured(detections: readonly Detection[]): { detection: Detection; colour: Colour }[] {
  let told = 0;
  return detections.map((detection) => {
    const index = detection.keypoints || detection.triplet ? told++ : detection.classId;
    return { detection, colour: colourOf(index) };
  });
}

/** So many triplets can be told apart at the usual sizes. */
const FEW_TRIPLETS = 6;
const FINEST = 0.55;
/** Of the frames beyond the best. */
const FAINT = 0.45;

function sizesFor(triplets: number, sizes: DrawingSizes): DrawingSizes {
  const part = Math.min(1, Math.max(FINEST, Math.sqrt(FEW_TRIPLETS / triplets)));
  const { lineRadius, rim, dotRadius, capitalHeight, corner } = sizes;
  return {
    lineRadius: lineRadius * part,
    rim: rim * part,
    // Where the center lies matters more than how thin a line is.
    dotRadius: dotRadius * Math.sqrt(part),
    capitalHeight: Math.max(7, capitalHeight * part),
    corner: corner * part,
  };
}

/** Far beyond every picture and still exact in the arithmetic of drawing. */
const FARTHEST = 1e6;

function isFinitePlace(coordinates: number[]): boolean {
  return coordinates.every((coordinate) => Math.abs(coordinate) <= FARTHEST);
}

/** The box inside the picture, so far from its border that the whole line shows. */
function frameOf(box: Box, picture: Picture, { lineRadius, rim }: DrawingSizes): Rectangle {
  const inset = lineRadius + rim;
  const x = (value: number) => Math.max(inset, Math.min(value, picture.width - inset));
  const y = (value: number) => Math.max(inset, Math.min(value, picture.height - inset));
  return { xmin: x(box.xmin), ymin: y(box.ymin), xmax: x(box.xmax), ymax: y(box.ymax) };
}

function drawFrame(picture: Picture, frame: Rectangle, paint: Paint, sizes: DrawingSizes): void {
  const { corner, lineRadius, rim } = sizes;
  const shade = { colour: BLACK, opacity: 0.45 * paint.opacity };
  strokeRounded(picture, frame, corner, lineRadius + rim, shade);
  strokeRounded(picture, frame, corner, lineRadius, paint);
}
