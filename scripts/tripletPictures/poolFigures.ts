import type { Color, Point } from "../../src/image/draw/shapes.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import type { Tensor } from "../../src/tensor.ts";
import {
  boxAround,
  type Cell,
  FALSE_CORNER,
  features,
  heat,
  KITE,
  marked,
  middleOf,
  ring,
  SUN,
  scene,
} from "./cells.ts";
import { figure } from "./figure.ts";
import { arrow, note } from "./marks.ts";
import {
  cascadePooling,
  centerPooling,
  cornerPooling,
  INSIDES,
  LEFT_SIDES,
  TOP_SIDES,
} from "./poolModules.ts";

const LEFT_COLOUR: Color = [255, 64, 150];
const TOP_COLOUR: Color = [40, 90, 235];

/** Where the kite's spars cross it looks like a kite, around it a little. */
const INSIDE: readonly (readonly [Cell, number])[] = [
  [KITE.middle, 1],
  ...[
    [8, 6],
    [10, 6],
    [9, 5],
    [9, 7],
  ].map(([row, column]) => [{ row, column }, 0.6] as const),
];

/** The kite and the sun have sides; of these two only the kite has a kite's inside. */
const SCENE = features(3, [
  [KITE.left, LEFT_SIDES, 1],
  [SUN.left, LEFT_SIDES, 1],
  [KITE.top, TOP_SIDES, 1],
  [SUN.top, TOP_SIDES, 1],
  ...INSIDE.map(([cell, value]) => [cell, INSIDES, value] as const),
]);

export async function cornerPoolFigure(): Promise<RgbImage> {
  const steps = await cornerPooling(SCENE);
  const seen = marked([
    [KITE.left, LEFT_COLOUR],
    [SUN.left, LEFT_COLOUR],
    [KITE.top, TOP_COLOUR],
    [SUN.top, TOP_COLOUR],
  ]);
  boxAround(seen);
  note(seen, "left sides", at(10.2, 0.3), LEFT_COLOUR);
  note(seen, "top sides", at(5, 6), TOP_COLOUR);
  note(seen, "its corner is sky", at(7.2, 0.3));
  ring(seen, KITE.corner);

  const down = heat(value(steps, "top.cornerPool"), 1.6);
  looks(down, [KITE.corner, KITE.left], [SUN.corner, SUN.left]);
  const right = heat(value(steps, "left.cornerPool"), 1.6);
  looks(right, [KITE.corner, KITE.top], [SUN.corner, SUN.top]);
  return figure([
    { title: "What the features show: sides", picture: seen },
    { title: "top: each cell looks down for left sides", picture: down },
    { title: "left: each cell looks right for top sides", picture: right },
    { title: "Their sum: three corners, one of a kite", picture: cornerSum(value(steps, "add")) },
  ]);
}

export async function cascadeFigure(): Promise<RgbImage> {
  const steps = await cascadePooling(SCENE);
  const step = (name: string) => value(steps, `topLeft.vertical.${name}`);
  const inside = heat(step("look.relu"), 1.3);
  note(inside, "looks like a kite", at(9, 10.5));
  const seen = heat(step("look.cornerPool"), 1.6);
  looks(seen, [KITE.left, KITE.middle]);
  const joined = heat(step("add"), 2);
  ring(joined, KITE.left);
  ring(joined, SUN.left);
  note(joined, `side and inside: ${valueAt(step("add"), KITE.left)}`, at(11.2, 0.3));
  note(joined, `a side alone: ${valueAt(step("add"), SUN.left)}`, at(4, 9.4));
  const down = heat(step("cornerPool"), 1.3);
  looks(down, [KITE.corner, KITE.left]);
  const before = cornerSum(value(await cornerPooling(SCENE), "add"));
  const after = cornerSum(value(steps, "topLeft.out.relu"));
  return figure([
    { title: "lookV(x): what is inside", picture: boxed(inside) },
    { title: "H: each cell looks right for it", picture: boxed(seen) },
    { title: "bodyV(x) + that: sides join what is behind", picture: boxed(joined) },
    { title: "convV takes 1 away, V looks down: v", picture: boxed(down) },
    { title: "Before: corner pooling alone", picture: before },
    { title: "After: cascade corner pooling, v + h", picture: after },
  ]);
}

export async function centerPoolFigure(): Promise<RgbImage> {
  const ground = () => scene({ withSun: false });
  const tips = features(2, [
    [KITE.top, 0, 1],
    [KITE.bottom, 0, 0.6],
    [KITE.left, 1, 1],
    [KITE.right, 1, 0.6],
  ]);
  const steps = await centerPooling(tips);
  const seen = marked(
    [
      [KITE.top, TOP_COLOUR],
      [KITE.bottom, TOP_COLOUR],
      [KITE.left, LEFT_COLOUR],
      [KITE.right, LEFT_COLOUR],
    ],
    ground(),
  );
  note(seen, "for the column", at(5, 6), TOP_COLOUR);
  note(seen, "for the row", at(9, 10.5), LEFT_COLOUR);
  const column = heat(value(steps, "center.vertical.bottom.cornerPool"), 1.6, ground());
  arrow(column, middleOf({ row: 5, column: 6 }), middleOf({ row: 0, column: 6 }));
  arrow(column, middleOf({ row: 7, column: 6 }), middleOf({ row: 13, column: 6 }));
  const row = heat(value(steps, "center.horizontal.right.cornerPool"), 1.6, ground());
  arrow(row, middleOf({ row: 9, column: 2 }), middleOf({ row: 9, column: 0 }));
  arrow(row, middleOf({ row: 9, column: 4 }), middleOf({ row: 9, column: 23 }));
  const sum = heat(value(steps, "center.out.relu"), 2, ground());
  ring(sum, KITE.middle);
  note(sum, "the center", at(7.6, 7));
  return figure([
    { title: "What the features show: four tips", picture: boxed(seen) },
    { title: "bottom(top(v)): the strongest of a column", picture: boxed(column) },
    { title: "right(left(h)): the strongest of a row", picture: boxed(row) },
    { title: "Their sum: most where both lines cross", picture: boxed(sum) },
  ]);
}

/** For a note: its left edge and its middle, in cells. */
function at(row: number, column: number): Point {
  const { y, x } = middleOf({ row, column });
  return { x: x - 16, y };
}

/** An arrow from the cell that looks to what it finds. */
function looks(picture: RgbImage, ...pairs: readonly (readonly [Cell, Cell])[]): void {
  for (const [from, to] of pairs) {
    ring(picture, from);
    arrow(picture, middleOf(from), middleOf(to));
  }
}

/** What a module says of each corner; 2 is white. */
function cornerSum(sum: Tensor): RgbImage {
  const picture = heat(sum, 2);
  for (const cell of [KITE.corner, SUN.corner, FALSE_CORNER]) ring(picture, cell);
  note(picture, `the kite's: ${valueAt(sum, KITE.corner)}`, at(4.6, 4.6));
  note(picture, `the sun's: ${valueAt(sum, SUN.corner)}`, at(0.6, 16.6));
  note(picture, `nobody's: ${valueAt(sum, FALSE_CORNER)}`, at(0.6, 4.6));
  return boxed(picture);
}

function boxed(picture: RgbImage): RgbImage {
  boxAround(picture);
  return picture;
}

function value(steps: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = steps.get(name);
  if (!found) throw new Error(`there is no step ${name}`);
  return found;
}

/** To one decimal: batch norm's epsilon makes 1 a little less. */
function valueAt({ data, shape }: Tensor, { row, column }: Cell): number {
  return Math.round(data[row * shape[2] + column] * 10) / 10;
}
