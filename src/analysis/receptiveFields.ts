/**
 * Receptive fields: the pixels of the input that each cell of a network depends on. What an op reads is part of its
 * declaration (`Op.cellsRead`); here it is followed through the graph.
 */
import { UsageError } from "../errors.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { Op } from "../graph/op.ts";
import { OPS } from "../kernels/ops.ts";
import { unknownName } from "../support/unknownName.ts";
import { contains, type Extent, extentAround, extentThrough, inputExtent } from "./extent.ts";

/** Along the height or the width of the input, in pixels. */
export interface FieldAxis {
  /**
   * From the first pixel that a cell depends on to the last, as if the input had no end: part of it may be padding.
   * `Infinity` if it only ends with the input. After upsampling cells differ; it is then the largest.
   */
  readonly size: number;
  /** From a cell to the next one; on average, where cells differ. */
  readonly stride: number;
  /** The first pixel of cell 0: negative in padding, `-Infinity` if the field is endless on that side. */
  readonly offset: number;
}

/** A rectangle of the input. */
export interface FieldArea {
  readonly height: FieldAxis;
  readonly width: FieldAxis;
}

/** A rectangle of pixels, all four sides included. */
export interface PixelArea {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * The receptive field of every node, by name: the smallest rectangle that contains all pixels which a cell can depend on.
 * Corner pooling makes it endless in the directions in which it looks: a line, or after two pools a quadrant. Center
 * pooling sees whole rows and columns; that cross is two rectangles. An input of limited size cuts all of them.
 *
 * The graph may be fused or not. If it has several inputs, their fields are joined.
 *
 * Source: Araujo, Norris, Sim, "Computing receptive fields of convolutional neural networks", Distill 2019, for chains of
 * windows; upsampling, transposed convolutions and pools to the map's end are added here.
 */
export function receptiveFields(graph: Graph): Readonly<Record<string, readonly FieldArea[]>> {
  const areas = areasOf(graph);
  const fields = graph.nodes.map(({ name }) => {
    const field = (areas.get(name) as Area[]).map(({ rows, columns }) => {
      return { height: axisOf(rows), width: axisOf(columns) };
    });
    return [name, field] as const;
  });
  return Object.fromEntries(fields);
}

/**
 * The pixels that one cell of a node depends on, cut at the borders of the input and of every map between: a change of
 * any other pixel leaves the cell unchanged.
 *
 * @throws UsageError for an unknown node, or a cell outside its map.
 */
export function receptiveFieldAt(
  graph: Graph,
  name: string,
  cell: { readonly row: number; readonly column: number },
): readonly PixelArea[] {
  const areas = areasOf(graph).get(name);
  if (!areas) {
    const names = graph.nodes.map((node) => node.name);
    throw new UsageError(unknownName({ where: "receptiveFieldAt", expected: "a node's name", name, names }));
  }
  const [height, width] = [areas[0].rows.clipped.length, areas[0].columns.clipped.length];
  const { row, column } = cell;
  const isInside = (at: number, side: number) => Number.isInteger(at) && at >= 0 && at < side;
  if (!isInside(row, height) || !isInside(column, width)) {
    const fault = { where: `cell of ${name}`, expected: `a row below ${height} and a column below ${width}` };
    throw new UsageError({ ...fault, got: `row ${row}, column ${column}` });
  }
  const seen = areas.flatMap(({ rows, columns }): PixelArea[] => {
    const [[top, bottom], [left, right]] = [rows.clipped[row], columns.clipped[column]];
    return top <= bottom && left <= right ? [{ top, left, bottom, right }] : [];
  });
  // Cut at the input's borders, the arms of a cross may cover each other.
  return seen.filter(
    (area, i) => !seen.some((other, j) => j !== i && covers(other, area) && (j < i || !covers(area, other))),
  );
}

function covers(a: PixelArea, b: PixelArea): boolean {
  return a.top <= b.top && b.bottom <= a.bottom && a.left <= b.left && b.right <= a.right;
}

interface Area {
  readonly rows: Extent;
  readonly columns: Extent;
}

/** Of the graph asked about last: a page asks for one cell after the other. */
const known = new WeakMap<Graph, ReadonlyMap<string, readonly Area[]>>();

/** By node and graph input. */
function areasOf(graph: Graph): ReadonlyMap<string, readonly Area[]> {
  const cached = known.get(graph);
  if (cached) return cached;
  const areas = new Map<string, readonly Area[]>();
  for (const [name, [, height, width]] of Object.entries(graph.inputs)) {
    areas.set(name, [{ rows: inputExtent(height), columns: inputExtent(width) }]);
  }
  for (const node of graph.nodes) areas.set(node.name, joined(readAreas(node, areas)));
  known.set(graph, areas);
  return areas;
}

function readAreas(node: GraphNode, areas: ReadonlyMap<string, readonly Area[]>): Area[] {
  const { rows, columns } = (OPS[node.op as keyof typeof OPS] as Op).cellsRead(node.attributes);
  const [, height, width] = node.shape;
  const lastRead = node.inputs.length - (node.epilogue?.residual ? 1 : 0);
  return node.inputs.flatMap((input, index) => {
    const before = areas.get(input) as readonly Area[];
    if (index >= lastRead) return before;
    return before.map((area) => ({
      rows: extentThrough(area.rows, rows, height),
      columns: extentThrough(area.columns, columns, width),
    }));
  });
}

/** Joins rectangles that end or do not end on the same sides, and drops those that lie in another. */
function joined(areas: readonly Area[]): Area[] {
  const kinds = new Map<string, Area>();
  for (const area of areas) {
    const kind = [area.rows, area.columns].flatMap((extent) => endlessSides(extent)).join();
    const other = kinds.get(kind);
    kinds.set(
      kind,
      other
        ? { rows: extentAround(other.rows, area.rows), columns: extentAround(other.columns, area.columns) }
        : area,
    );
  }
  const all = [...kinds.values()];
  return all.filter((area) => {
    return !all.some((other) => {
      return other !== area && contains(other.rows, area.rows) && contains(other.columns, area.columns);
    });
  });
}

function endlessSides({ free }: Extent): boolean[] {
  const [first, last] = free(0);
  return [first === Number.NEGATIVE_INFINITY, last === Number.POSITIVE_INFINITY];
}

function axisOf({ period, advance, free }: Extent): FieldAxis {
  const ranges = Array.from({ length: period }, (_, cell) => free(cell));
  const size = Math.max(...ranges.map(([first, last]) => Math.max(0, last - first + 1)));
  return { size, stride: advance / period, offset: free(0)[0] };
}
