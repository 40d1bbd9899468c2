/** The pools step by step: which maps show each, and what it is for. */
import { cellsSeen, POOL_CELLS, type PoolCell, type PoolMaps, type SeenCells } from "centernet";

export type PoolStepName = "input" | "top" | "left" | "sum" | "cascade" | "center";

export interface PoolStep {
  readonly name: PoolStepName;
  readonly title: string;
  /** Before and after, with what is between. */
  readonly maps: readonly PoolPanel[];
  readonly text: string;
  /** What a cell of the last map looks at, in the maps before. */
  readonly sees: (cell: PoolCell) => readonly SeenCells[];
  /** The cell to begin with. */
  readonly cell: PoolCell;
}

export interface PoolPanel {
  readonly map: keyof PoolMaps;
  readonly title: string;
  /** If what the cell looks at is drawn here: which of the areas, or all. */
  readonly reads?: number | "all";
}

const { kite, corners } = POOL_CELLS;

export const POOL_STEPS: readonly PoolStep[] = [
  {
    name: "input",
    title: "Input",
    maps: [
      { map: "leftSides", title: "Features: left sides" },
      { map: "topSides", title: "Features: top sides" },
    ],
    text: "A kite (left) and the sun (right). The features say where something has a left side and where it has a top side. The corner of the kite's box, framed, is only sky: nothing in that cell tells of a kite. A corner has no evidence of its own, and no window around it need reach any.",
    sees: () => [],
    cell: corners.kite,
  },
  {
    name: "top",
    title: "Top pool",
    maps: [
      { map: "leftSides", title: "Before: left sides", reads: "all" },
      { map: "top", title: "After: the largest below" },
    ],
    text: "Seen from the top-left corner, the object's left side lies below. So the top pool gives each cell the largest value from itself down to the map's end. The response is carried up along the column, as far as it takes, to the corner.",
    sees: (cell) => cellsSeen("top", cell),
    cell: corners.kite,
  },
  {
    name: "left",
    title: "Left pool",
    maps: [
      { map: "topSides", title: "Before: top sides", reads: "all" },
      { map: "left", title: "After: the largest to the right" },
    ],
    text: "The top side lies to the right of the corner, a few cells away in a small box and anywhere up to the map's end in a large one. That is why a corner needs to look along its whole row: a convolution's window would miss the side of every object larger than itself.",
    sees: (cell) => cellsSeen("left", cell),
    cell: corners.kite,
  },
  {
    name: "sum",
    title: "Sum",
    maps: [
      { map: "top", title: "Before: top pool", reads: "all" },
      { map: "left", title: "Before: left pool" },
      { map: "sum", title: "After: their sum" },
    ],
    text: "Where a column with a left side crosses a row with a top side, the sum is 2. There are three such crossings: the kite's corner, the sun's, and one of the sun's row with the kite's column that belongs to no object. All three are equally strong. Sides are not enough.",
    sees: (cell) => [{ top: cell[0], left: cell[1], bottom: cell[0], right: cell[1] }],
    cell: corners.spurious,
  },
  {
    name: "cascade",
    title: "Cascade",
    maps: [
      { map: "sum", title: "Before: corner pooling alone" },
      { map: "interior", title: "The interior of a kite", reads: "all" },
      { map: "sideAndInterior", title: "Interior seen from the side, plus the side" },
      { map: "cascade", title: "After: cascade corner pooling" },
    ],
    text: "Cascade corner pooling first looks from the side into the object: a left side with a kite's interior behind it has 2, the sun's side alone 1. A convolution takes 1 away, and only then the pools look along the sides. The kite's corner keeps 2; the sun's has nothing left, and the spurious one only half.",
    sees: (cell) => cellsSeen("cascade", cell),
    cell: corners.kite,
  },
  {
    name: "center",
    title: "Center",
    maps: [
      { map: "verticalTips", title: "Before: top and bottom tips", reads: 0 },
      { map: "horizontalTips", title: "Before: left and right tips", reads: 1 },
      { map: "column", title: "The largest of each column" },
      { map: "row", title: "The largest of each row" },
      { map: "center", title: "After: center pooling, their sum" },
    ],
    text: "The middle of an object need not look like it: the middle of a person is a belly, but the head shows what it is. Center pooling gives each cell the largest value of its whole column plus the largest of its whole row. They cross in the middle of the kite, so a center knows what lies around it. That lets the network say that a box has something inside, which two corners cannot.",
    sees: (cell) => cellsSeen("center", cell),
    cell: kite.middle,
  },
];
