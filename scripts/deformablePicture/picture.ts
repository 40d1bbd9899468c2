/** The picture of docs/deformable.md: where the nine samples of some cells lie on a photo. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DeformableSample, deformableSamples } from "../../src/analysis/deformableSamples.ts";
import { load } from "../../src/detect.ts";
import type { ViewGeometry } from "../../src/image/geometry.ts";
import { decodeImage, encodeJpeg } from "../../src/image/imageFile.ts";
import type { Tensor } from "../../src/tensor.ts";
import { stateDictOf } from "../../test/support/syntheticVariables.ts";
import { element } from "../tripletPictures/svg.ts";

const PHOTO = "samples/cat.png";
const WEIGHTS = "test/goldens/points/ctdet_coco_dla_2x";
/** A deformable layer whose cells are 16 pixels wide. */
const LAYER = "neck.ida0.node1.offsets.bias";
const STRIDE = 16;
/** In pixels of the photo, and the color of each. */
const CELLS = [
  { x: 100, y: 90, color: "#ffd23f" },
  { x: 225, y: 190, color: "#3bceac" },
  { x: 355, y: 110, color: "#ff7aa2" },
];
const ENLARGED = 2;

export async function deformablePicture(): Promise<string> {
  const photo = decodeImage(new Uint8Array(await readFile(PHOTO)), PHOTO);
  const weights = await stateDictOf(
    async (name) => new Uint8Array(await readFile(join(WEIGHTS, name))),
    WEIGHTS,
  );
  // The plain build has the same numbers on every machine.
  const place = { backend: "wasm", build: "plain", threads: 1 } as const;
  const detector = await load(undefined, { weights, keepResolution: true, ...place });
  const { taps, geometry } = await detector.detect(photo, { taps: LAYER });
  await detector.dispose();
  const [view] = geometry.views;
  const drawn = CELLS.map(({ x, y, color }) => cellShapes(taps[LAYER], view, { x, y }, color));
  const bytes = Buffer.from(encodeJpeg(photo, 80)).toString("base64");
  const size = { width: photo.width * ENLARGED, height: photo.height * ENLARGED };
  const image = element("image", { ...size, href: `data:image/jpeg;base64,${bytes}` });
  const box = { viewBox: `0 0 ${size.width} ${size.height}`, ...size };
  const title = element("title", {}, ["Where the nine samples of three cells lie"]);
  return `${element("svg", { xmlns: "http://www.w3.org/2000/svg", ...box }, [title, image, ...drawn.flat()])}\n`;
}

/** The cell's own 3x3 window, the samples as circles of their masks' areas, and from where each was moved. */
function cellShapes(
  map: Tensor,
  view: ViewGeometry,
  pixel: { x: number; y: number },
  color: string,
): string[] {
  const cell = view.imageToCell(pixel, STRIDE);
  const at = { row: Math.floor(cell.y), column: Math.floor(cell.x) };
  const placed = (sample: { x: number; y: number }) => {
    const { x, y } = view.cellToImage(sample, STRIDE);
    return { x: x * ENLARGED, y: y * ENLARGED };
  };
  const corner = placed({ x: at.column - 1, y: at.row - 1 });
  const side = 3 * STRIDE * ENLARGED;
  const window = element("rect", {
    ...{ x: corner.x, y: corner.y, width: side, height: side },
    ...{ fill: "none", stroke: "#fff", "stroke-width": 1.5, "stroke-dasharray": "4 3" },
  });
  const samples = deformableSamples(map, at);
  return [window, ...samples.flatMap((sample, k) => sampleShapes(sample, k, at, placed, color))];
}

function sampleShapes(
  sample: DeformableSample,
  k: number,
  { row, column }: { row: number; column: number },
  placed: (point: { x: number; y: number }) => { x: number; y: number },
  color: string,
): string[] {
  const from = placed({ x: column + 0.5 + (k % 3) - 1, y: row + 0.5 + Math.floor(k / 3) - 1 });
  const to = placed(sample);
  const radius = 2 + 6 * Math.sqrt(sample.mask);
  return [
    element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, stroke: color, "stroke-width": 1.5 }),
    element("circle", { cx: to.x, cy: to.y, r: radius, fill: color, stroke: "#000", "stroke-width": 1 }),
  ];
}
