import { centralRegion, confirmPair } from "../../src/decode/triplets/centralRegion.ts";
import type { Peak } from "../../src/decode/triplets/heatmapPeaks.ts";
import type { PixelBox, PlacedPair } from "../../src/decode/triplets/viewTransform.ts";
import { drawHeatmap } from "../../src/image/draw/drawHeatmap.ts";
import { BLACK, colorOf, WHITE } from "../../src/image/draw/drawingSizes.ts";
import { type DrawnTriplet, drawTriplet } from "../../src/image/draw/drawTriplet.ts";
import {
  type Color,
  fillDisc,
  type Point,
  type Rectangle,
  strokeLine,
  strokeRounded,
} from "../../src/image/draw/shapes.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { tripletViews } from "../../src/models/triplets/tripletModel.ts";
import { figure, type Panel } from "./figure.ts";
import { CELLS_PER_PIXEL, CLASS, KITES, kiteFinding, kiteOutputs, kitePhoto } from "./kiteScene.ts";
import { note } from "./marks.ts";
import { drawKite, RED_KITE, sky } from "./sky.ts";

const ACCEPTED: Color = [102, 226, 110];
const REJECTED: Color = [255, 96, 84];
/** At the size that the figures are shown in, the usual ones are too fine. */
const SIZES = { lineRadius: 2, rim: 1.5, dotRadius: 7, capitalHeight: 16, corner: 0 };

export async function heatmapFigure(): Promise<RgbImage> {
  const maps = kiteOutputs();
  const place = { left: 0, top: 0, cellsPerPixelX: CELLS_PER_PIXEL.x, cellsPerPixelY: CELLS_PER_PIXEL.y };
  const panel = (title: string, heatmap: typeof maps.centerHeatmap, notes: Note[]): Panel => {
    const picture = drawHeatmap(kitePhoto(), heatmap, place, CLASS);
    for (const { text, at } of notes) note(picture, text, { x: at.x + 34, y: at.y });
    return { title, picture };
  };
  const corner = (score: number, embedding: number) => `${score.toFixed(2)}, e = ${embedding.toFixed(1)}`;
  return figure([
    { title: "The photo: three kites", picture: kitePhoto() },
    panel(
      "Top-left corners, with embeddings e",
      maps.topLeftHeatmap,
      KITES.map(({ box, topLeft, embedding }) => ({
        text: corner(topLeft, embedding),
        at: { x: box.xmin, y: box.ymin },
      })),
    ),
    panel(
      "Bottom-right corners, with embeddings e",
      maps.bottomRightHeatmap,
      KITES.map(({ box, bottomRight, embedding }) => ({
        text: corner(bottomRight, embedding),
        at: { x: Math.min(box.xmax, 560), y: box.ymax + (box.xmax > 560 ? 30 : 0) },
      })),
    ),
    panel(
      "Centers",
      maps.centerHeatmap,
      KITES.map(({ box, center }) => ({ text: center.toFixed(2), at: middle(box) })),
    ),
  ]);
}

interface Note {
  readonly text: string;
  readonly at: Point;
}

/** The accepted triplets, and the pair that no center confirms. */
export async function tripletFigure(): Promise<RgbImage> {
  const { detections, explanation } = kiteFinding();
  const accepted = kitePhoto();
  for (const { box, label, score, triplet } of detections) {
    if (triplet) drawPair(accepted, box, triplet, ACCEPTED);
    note(accepted, `${label} ${score.toFixed(2)}`, { x: box.xmin + 18, y: box.ymin - 22 }, ACCEPTED);
  }
  const rejected = kitePhoto();
  const pair = explanation.rejected.find(({ reason }) => reason === "noCenter");
  if (!pair) throw new Error("no pair is rejected for want of a center");
  for (const { triplet } of detections) if (triplet) drawCenter(rejected, triplet.center);
  drawPair(rejected, pair.box, pair, REJECTED);
  const between = pair.embeddingDistance.toFixed(1);
  note(
    rejected,
    `corners ${pair.score.toFixed(2)}, embeddings ${between} apart`,
    corner(pair.box, -22),
    REJECTED,
  );
  if (pair.centralRegion) {
    const { xmin, ymax } = pair.centralRegion;
    note(rejected, "no center in here", { x: xmin - 44, y: ymax + 26 }, REJECTED);
  }
  return figure([
    { title: "Accepted: a center in each central region", picture: accepted },
    { title: "Rejected: corners of two kites", picture: rejected },
  ]);
}

/** One place of the center, in a small box and in a large one. */
export async function regionFigure(): Promise<RgbImage> {
  return figure([
    regionPanel("Small box: the middle third, n = 3", 140),
    regionPanel("Large box: the middle fifth, n = 5", 210),
  ]);
}

const SHOWN_TWICE = 2;
/** Left of the middle: inside the middle third, outside of the middle fifth. */
const OFF_CENTER = 0.37;

/** A box of `side` pixels in a photo that is shown twice as large. */
function regionPanel(title: string, side: number): Panel {
  const [width, height] = [383, 240];
  const x1 = 60;
  const y1 = Math.round((height - side) / 2);
  const box = { x1, y1, x2: x1 + side, y2: y1 + side };
  const center: Peak = { x: x1 + OFF_CENTER * side, y: y1 + side / 2, class: 0, score: 0.7 };
  const [{ transform }] = tripletViews({ width, height }, {});
  const pair: PlacedPair = {
    topLeft: { x: 0, y: 0, class: 0, score: 0.8 },
    bottomRight: { x: 0, y: 0, class: 0, score: 0.8 },
    score: 0.8,
    box,
    transform,
  };
  const triplet = confirmPair(pair, [center]);

  const picture = sky(SHOWN_TWICE * width + 1, SHOWN_TWICE * height, 0);
  drawKite(picture, shown(box), RED_KITE);
  const parts = Math.round(side / (centralRegion(box).x2 - centralRegion(box).x1));
  divide(picture, shown(box), parts);
  const drawn = {
    topLeft: { x: shown(box).xmin, y: shown(box).ymin, score: 0.8 },
    bottomRight: { x: shown(box).xmax, y: shown(box).ymax, score: 0.8 },
    centralRegion: shown(centralRegion(box)),
  };
  drawPair(picture, shown(box), drawn, triplet ? ACCEPTED : REJECTED);
  drawCenter(picture, { x: center.x * SHOWN_TWICE, y: center.y * SHOWN_TWICE });
  const outcome = triplet ? `confirmed: ${triplet.score.toFixed(2)}` : "not confirmed";
  const right = { x: shown(box).xmax + 26, y: shown(box).ymin + 60 };
  note(picture, `${side} x ${side} pixels`, right);
  note(picture, outcome, { x: right.x, y: right.y + 44 }, triplet ? ACCEPTED : REJECTED);
  return { title, picture };
}

/** Faint lines that part a box into so many columns and rows. */
function divide(picture: RgbImage, { xmin, ymin, xmax, ymax }: Rectangle, parts: number): void {
  const faint = { color: WHITE, opacity: 0.7 };
  for (let i = 1; i < parts; i++) {
    const x = xmin + ((xmax - xmin) * i) / parts;
    const y = ymin + ((ymax - ymin) * i) / parts;
    strokeLine(picture, { from: { x, y: ymin }, to: { x, y: ymax } }, 0.7, faint);
    strokeLine(picture, { from: { x: xmin, y }, to: { x: xmax, y } }, 0.7, faint);
  }
}

function drawPair(picture: RgbImage, box: Rectangle, triplet: DrawnTriplet, color: Color): void {
  strokeRounded(picture, box, 0, SIZES.lineRadius + SIZES.rim, { color: BLACK, opacity: 0.45 });
  strokeRounded(picture, box, 0, SIZES.lineRadius, { color, opacity: 1 });
  drawTriplet(picture, triplet, color, SIZES);
}

function drawCenter(picture: RgbImage, { x, y }: Point): void {
  fillDisc(picture, { x, y }, 11, { color: BLACK, opacity: 0.55 });
  fillDisc(picture, { x, y }, 9, { color: WHITE, opacity: 1 });
  fillDisc(picture, { x, y }, 4, { color: colorOf(8), opacity: 1 });
}

function shown({ x1, y1, x2, y2 }: PixelBox): Rectangle {
  return {
    xmin: x1 * SHOWN_TWICE,
    ymin: y1 * SHOWN_TWICE,
    xmax: x2 * SHOWN_TWICE,
    ymax: y2 * SHOWN_TWICE,
  };
}

function corner({ xmin, ymin }: Rectangle, above: number): Point {
  return { x: xmin + 18, y: ymin + above };
}

function middle({ xmin, ymin, xmax, ymax }: Rectangle): Point {
  return { x: (xmin + xmax) / 2, y: (ymin + ymax) / 2 };
}
