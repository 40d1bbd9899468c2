import type { Detection, Explanation } from "../../src/detection.ts";
import type { Rectangle } from "../../src/image/draw/shapes.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { COCO_LABELS } from "../../src/models/coco.ts";
import { modelNamed } from "../../src/models/models.ts";
import type { TripletOutputs } from "../../src/models/triplets/tripletArchitecture.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { drawKite, GREEN_KITE, type KiteColors, RED_KITE, sky } from "./sky.ts";

/** What a trained network would say of a kite, made by hand. */
interface KiteFacts {
  readonly box: Rectangle;
  readonly colors: KiteColors;
  /** Alike at both corners. */
  readonly embedding: number;
  readonly topLeft: number;
  readonly bottomRight: number;
  readonly center: number;
}

/**
 * Three kites. Two of them look so much alike to the embedding that the red one's top-left corner and the
 * green one's bottom-right corner make a pair, too: it takes a center to see that there is no kite.
 */
export const KITES: readonly KiteFacts[] = [
  {
    box: { xmin: 70, ymin: 80, xmax: 330, ymax: 400 },
    colors: RED_KITE,
    ...{ embedding: 1, topLeft: 0.91, bottomRight: 0.86, center: 0.84 },
  },
  {
    box: { xmin: 440, ymin: 190, xmax: 660, ymax: 450 },
    colors: GREEN_KITE,
    ...{ embedding: 1.3, topLeft: 0.82, bottomRight: 0.88, center: 0.79 },
  },
  {
    box: { xmin: 560, ymin: 40, xmax: 670, ymax: 160 },
    colors: RED_KITE,
    ...{ embedding: 3, topLeft: 0.74, bottomRight: 0.7, center: 0.66 },
  },
];

/** Sides of 127 modulo 128: the canvas is the photo. */
const WIDTH = 767;
const HEIGHT = 511;
/** Of the maps. */
const COLUMNS = (WIDTH + 1) / 4;
const ROWS = (HEIGHT + 1) / 4;
/** From pixels to cells, as the decode has it. */
export const CELLS_PER_PIXEL = { x: COLUMNS / WIDTH, y: ROWS / HEIGHT };

export const CLASS = [...COCO_LABELS.values()].indexOf("kite");

export function kitePhoto(): RgbImage {
  const photo = sky(WIDTH, HEIGHT, 56);
  // Those behind come last.
  for (const { box, colors } of [...KITES].reverse()) drawKite(photo, box, colors);
  return photo;
}

/** The network's outputs: peaks at the corners and centers, as training wants them to be, and nothing else. */
export function kiteOutputs(): TripletOutputs {
  const kinds = {
    topLeft: KITES.map(({ box, topLeft }) => ({ x: box.xmin, y: box.ymin, score: topLeft })),
    bottomRight: KITES.map(({ box, bottomRight }) => ({ x: box.xmax, y: box.ymax, score: bottomRight })),
    center: KITES.map(({ box, center }) => {
      return { x: (box.xmin + box.xmax) / 2, y: (box.ymin + box.ymax) / 2, score: center };
    }),
  };
  const topLeft = keypointMaps(kinds.topLeft);
  const bottomRight = keypointMaps(kinds.bottomRight);
  const center = keypointMaps(kinds.center);
  return {
    topLeftHeatmap: topLeft.heatmap,
    topLeftOffset: topLeft.offset,
    topLeftEmbedding: topLeft.embedding,
    bottomRightHeatmap: bottomRight.heatmap,
    bottomRightOffset: bottomRight.offset,
    bottomRightEmbedding: bottomRight.embedding,
    centerHeatmap: center.heatmap,
    centerOffset: center.offset,
  };
}

/** What the model makes of these outputs, and why. */
export function kiteFinding(): { detections: readonly Detection[]; explanation: Explanation } {
  const loaded = { size: { height: HEIGHT, width: WIDTH }, constants: new Map() };
  const { views, combine } = modelNamed("centernet-52").views(kitePhoto(), loaded, { explain: true });
  const { detections, explanation } = combine(views.map((view) => view.decode(kiteOutputs())));
  if (!explanation) throw new Error("the model explains nothing");
  return { detections, explanation };
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly score: number;
}

/** In cells. */
const PEAK_SIGMA = 2.2;
const REACH = 7;

/** Points in pixels, in the order of the kites. */
function keypointMaps(points: readonly Point[]): { heatmap: Tensor; offset: Tensor; embedding: Tensor } {
  const heatmap = tensor(shapeOf(ROWS, COLUMNS, COCO_LABELS.size));
  const offset = tensor(shapeOf(ROWS, COLUMNS, 2));
  const embedding = tensor(shapeOf(ROWS, COLUMNS, 1));
  for (const [index, { x, y, score }] of points.entries()) {
    const [inCellsX, inCellsY] = [x * CELLS_PER_PIXEL.x, y * CELLS_PER_PIXEL.y];
    const [column, row] = [Math.floor(inCellsX), Math.floor(inCellsY)];
    for (let i = -REACH; i <= REACH; i++) {
      for (let j = -REACH; j <= REACH; j++) {
        const cell = (row + i) * COLUMNS + column + j;
        const value = score * Math.exp(-(i * i + j * j) / (2 * PEAK_SIGMA ** 2));
        heatmap.data[cell * COCO_LABELS.size + CLASS] = value;
      }
    }
    const cell = row * COLUMNS + column;
    offset.data.set([inCellsX - column, inCellsY - row], cell * 2);
    embedding.data[cell] = KITES[index].embedding;
  }
  return { heatmap, offset, embedding };
}
