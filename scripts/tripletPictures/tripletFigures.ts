import type { Box } from "./project.ts";
import {
  explainKites,
  KITE_CLASS,
  KITE_IMAGE,
  KITES,
  type Kite,
  keypointsOf,
  kiteOutputs,
} from "./project.ts";
import { disc, GREEN_AND_WHITE, heat, kite, RED_AND_YELLOW, sky } from "./scene.ts";
import { element, figure, label, type Point, rimmed } from "./svg.ts";

const ACCEPTED = "#66e26e";
const REJECTED = "#ff6054";
const UNUSED = "#829bff";

const { width: WIDTH, height: HEIGHT } = KITE_IMAGE;
const SCENE = [
  ...[sky(KITE_IMAGE), disc({ x: WIDTH / 2, y: HEIGHT - 56 + 1.4 * WIDTH }, 1.4 * WIDTH, "#78a876")],
  ...[kite(KITES[2].box, RED_AND_YELLOW, HEIGHT), kite(KITES[1].box, GREEN_AND_WHITE, HEIGHT)],
  kite(KITES[0].box, RED_AND_YELLOW, HEIGHT),
];

export function heatmapFigure(): string {
  const outputs = kiteOutputs(KITES, KITE_IMAGE);
  const heated = (keypoint: string, index: number) => {
    const labels = KITES.map((kite) => {
      const { x, y } = keypointsOf(kite)[index];
      const embedding = keypoint === "center" ? "" : `, e = ${kite.embedding.toFixed(1)}`;
      // Beside the peak if there is room, else below it.
      const at = x < 650 ? { x: x + 34, y } : { x: 590, y: y + 32 };
      return label(kite.scores[index].toFixed(2) + embedding, at);
    });
    return [...SCENE, heat(outputs[`${keypoint}Heatmap`], KITE_IMAGE, KITE_CLASS), ...labels];
  };
  return figure("Heatmaps of three kites", KITE_IMAGE, [
    ["The image: three kites", SCENE],
    ["Top-left corners, with embeddings e", heated("topLeft", 0)],
    ["Bottom-right corners, with embeddings e", heated("bottomRight", 1)],
    ["Centers", heated("center", 2)],
  ]);
}

/** The accepted triplets, and the pair of corners that no center confirms. */
export function tripletFigure(): string {
  const { detections, explanation } = explainKites(KITES, KITE_IMAGE);
  const centers = detections.flatMap(({ triplet }) => (triplet ? [triplet.center] : []));
  const frames = detections.map(({ box, triplet }) => frame(box, triplet?.centralRegion, ACCEPTED));
  const labels = detections.map(({ box, label: name, score }) => {
    return label(`${name} ${score.toFixed(2)}`, above(box), ACCEPTED);
  });
  const pair = explanation.rejected.find(({ reason }) => reason === "noCenter");
  if (!pair?.centralRegion) throw new Error("no pair of corners is rejected for lack of a center");
  const { box, score, embeddingDistance, centralRegion } = pair;
  const words = `pair ${score.toFixed(2)}, embeddings ${embeddingDistance.toFixed(1)} apart`;
  const rejected = [
    ...[frame(box, centralRegion, REJECTED), label(words, above(box), REJECTED)],
    label("no center inside", { x: centralRegion.xmin - 28, y: centralRegion.ymax + 28 }, REJECTED),
  ];
  const dots = (core: string) => centers.map((center) => dot(center, "#fff", core));
  return figure("Pairs of corners, accepted and rejected", KITE_IMAGE, [
    ["Accepted: a center in each central region", [...SCENE, ...frames, ...dots(ACCEPTED), ...labels]],
    ["Rejected: corners of two kites", [...SCENE, ...dots(UNUSED), ...rejected]],
  ]);
}

/** A center at the same place in a small and in a large box, left of the middle. */
export function regionFigure(): string {
  const size = { width: 2 * REGION_IMAGE.width, height: 2 * REGION_IMAGE.height };
  return figure("Central regions", size, [regionPanel("Small", 140), regionPanel("Large", 210)]);
}

const REGION_IMAGE = { width: 383, height: 255 };

/** A box of `side` pixels, drawn at twice its size. */
function regionPanel(name: string, side: number): [title: string, shapes: string[]] {
  const { width, height } = REGION_IMAGE;
  const ymin = (height - side) / 2;
  const square = { xmin: 60, ymin, xmax: 60 + side, ymax: ymin + side };
  const found: Kite = { box: square, embedding: 1, scores: [0.8, 0.8, 0.7], centerAt: 0.37 };
  const { detections, explanation } = explainKites([found], REGION_IMAGE);
  const [detection] = detections;
  const region = detection?.triplet?.centralRegion ?? explanation.rejected[0]?.centralRegion;
  if (!region) throw new Error("the pair of corners has no central region");
  const n = Math.round(side / (region.xmax - region.xmin));

  const box = twice(square);
  const lines = Array.from({ length: n - 1 }, (_, line) => {
    const along = ((line + 1) * 2 * side) / n;
    return `M${box.xmin + along} ${box.ymin}v${2 * side}M${box.xmin} ${box.ymin + along}h${2 * side}`;
  });
  const color = detection ? ACCEPTED : REJECTED;
  const outcome = detection ? `confirmed: ${detection.score.toFixed(2)}` : "not confirmed";
  const [, , center] = keypointsOf({ ...found, box });
  return [
    `${name} box: the middle ${n === 3 ? "third" : "fifth"}, n = ${n}`,
    [
      ...[sky({ width: 2 * width, height: 2 * height }), kite(box, RED_AND_YELLOW, 2 * height)],
      element("path", { d: lines.join(""), stroke: "#fff", "stroke-opacity": 0.7, "stroke-width": 1.4 }),
      ...[frame(box, twice(region), color), dot(center, "#fff", UNUSED)],
      label(`${side} × ${side} pixels`, { x: box.xmax + 20, y: box.ymin + 60 }),
      label(outcome, { x: box.xmax + 20, y: box.ymin + 104 }, color),
    ],
  ];
}

function twice({ xmin, ymin, xmax, ymax }: Box): Box {
  return { xmin: 2 * xmin, ymin: 2 * ymin, xmax: 2 * xmax, ymax: 2 * ymax };
}

/** A box with its two corners and its central region. */
function frame(box: Box, region: Box | undefined, color: string): string {
  const tint = { fill: color, "fill-opacity": 0.3, stroke: "#fff", "stroke-width": 2.4 };
  return [
    rimmed("rect", rectangle(box), color, 4),
    ...(region ? [element("rect", { ...rectangle(region), ...tint })] : []),
    dot({ x: box.xmin, y: box.ymin }, color, "#fff"),
    dot({ x: box.xmax, y: box.ymax }, color, "#fff"),
  ].join("\n");
}

function dot(middle: Point, outer: string, core: string): string {
  return `${disc(middle, 10.5, "#333")}\n${disc(middle, 9, outer)}\n${disc(middle, 4, core)}`;
}

function rectangle({ xmin, ymin, xmax, ymax }: Box) {
  return { x: xmin, y: ymin, width: xmax - xmin, height: ymax - ymin };
}

/** For a label above the left end of a box's top side. */
function above({ xmin, ymin }: Box): Point {
  return { x: xmin + 11, y: ymin - 22 };
}
