/** One number of a convolution, written out: the inputs, the weights and the sum that made it. */
import { UsageError } from "../errors.ts";
import type { GraphNode } from "../graph/graph.ts";
import { type Epilogue, NO_EPILOGUE } from "../graph/op.ts";
import type { Conv2dAttributes } from "../kernels/conv2d/op.ts";
import type { Parameter, Tensor } from "../tensor.ts";

/** A number of a map. */
export interface MapCell {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

export interface CellTerm {
  /** The number of the layer's input that is read. */
  readonly from: MapCell;
  /** The place in the kernel. */
  readonly u: number;
  readonly v: number;
  readonly input: number;
  readonly weight: number;
}

/** What one cell of the input contributes, over its channels. */
export interface CellPlace extends Pick<CellTerm, "u" | "v"> {
  readonly row: number;
  readonly column: number;
  readonly sum: number;
}

export interface CellSum {
  /** In the order of the plain loops. What lies outside the map is 0 and left out. */
  readonly terms: readonly CellTerm[];
  /** The terms of each place in the kernel together, in the same order. */
  readonly places: readonly CellPlace[];
  /** Of all terms, in float64: backends differ from it by float32's roundings. */
  readonly sum: number;
  /** Added to the sum, if the layer has them. */
  readonly bias?: number;
  readonly residual?: number;
  readonly activation: Epilogue["activation"];
  /** After the activation. */
  readonly value: number;
}

/** Ops whose numbers are sums that can be written out. */
export const CELL_SUM_OPS = [
  "conv2d",
  "depthwiseConv2d",
  "depthwiseTransposedConv2d",
  "transposedConv2d",
] as const;

/**
 * Writes out one number of a convolution from the values of the layer's inputs, in the order of the node's, and from its
 * parameters by role. `parameterOf` reads those of a graph.
 *
 * @throws UsageError for a layer that is no convolution, or for a cell outside its map.
 */
export function cellSum(
  node: GraphNode,
  inputs: readonly Tensor[],
  parameters: Readonly<Record<string, Parameter>>,
  cell: MapCell,
): CellSum {
  check(node, cell);
  const { bias: hasBias, residual: hasResidual, activation } = node.epilogue ?? NO_EPILOGUE;
  const terms = termsOf(node, inputs[0], parameters.kernel, cell);
  const sum = terms.reduce((total, { input, weight }) => total + input * weight, 0);
  const bias = hasBias ? parameters.bias.data[cell.channel] : undefined;
  const residual = hasResidual ? valueAt(inputs[inputs.length - 1], cell) : undefined;
  const before = sum + (bias ?? 0) + (residual ?? 0);
  const value = activation === "none" ? before : Math.min(Math.max(before, 0), CEILINGS[activation]);
  return { terms, places: placesOf(terms), sum, bias, residual, activation, value };
}

const CEILINGS = { relu: Number.POSITIVE_INFINITY, relu6: 6 };

function termsOf(node: GraphNode, x: Tensor, { data }: Parameter, cell: MapCell): CellTerm[] {
  const { kernel: side, stride, padding } = node.attributes as unknown as Conv2dAttributes;
  const [, height, width, inputChannels] = x.shape;
  const channels = node.shape[3];
  const transposed = node.op === "transposedConv2d" || node.op === "depthwiseTransposedConv2d";
  const depthwise = node.op === "depthwiseConv2d" || node.op === "depthwiseTransposedConv2d";
  /** The input's row or column that is read at step u of the window. */
  const read = (at: number, step: number, before: number) =>
    transposed ? (at + before - step) / stride : at * stride + step - before;
  const inside = (at: number, length: number) => Number.isInteger(at) && at >= 0 && at < length;
  const weightAt = (u: number, v: number, c: number) => {
    const place = u * side + v;
    if (depthwise) return data[place * channels + c];
    if (transposed) return data[(place * channels + cell.channel) * inputChannels + c];
    return data[(place * inputChannels + c) * channels + cell.channel];
  };
  const [first, last] = depthwise ? [cell.channel, cell.channel] : [0, inputChannels - 1];
  const terms: CellTerm[] = [];
  for (let u = 0; u < side; u++) {
    const row = read(cell.row, u, padding.top);
    if (!inside(row, height)) continue;
    for (let v = 0; v < side; v++) {
      const column = read(cell.column, v, padding.left);
      if (!inside(column, width)) continue;
      for (let channel = first; channel <= last; channel++) {
        const from = { row, column, channel };
        terms.push({ from, u, v, input: valueAt(x, from), weight: weightAt(u, v, channel) });
      }
    }
  }
  return terms;
}

/** Terms of a place follow each other. */
function placesOf(terms: readonly CellTerm[]): CellPlace[] {
  const places: CellPlace[] = [];
  for (const { u, v, from, input, weight } of terms) {
    const before = places[places.length - 1];
    const same = before?.u === u && before.v === v;
    const sum = (same ? before.sum : 0) + input * weight;
    if (same) places.pop();
    places.push({ u, v, row: from.row, column: from.column, sum });
  }
  return places;
}

function valueAt({ shape, data }: Tensor, { row, column, channel }: MapCell): number {
  return data[(row * shape[2] + column) * shape[3] + channel];
}

function check({ name, op, shape }: GraphNode, { row, column, channel }: MapCell): void {
  if (!CELL_SUM_OPS.some((known) => known === op)) {
    throw new UsageError({ where: `cellSum of ${name}`, expected: CELL_SUM_OPS.join(" or "), got: op });
  }
  const [, height, width, channels] = shape;
  const isInside = (at: number, length: number) => Number.isInteger(at) && at >= 0 && at < length;
  if (isInside(row, height) && isInside(column, width) && isInside(channel, channels)) return;
  throw new UsageError({
    where: `cell of ${name}`,
    expected: `a row below ${height}, a column below ${width} and a channel below ${channels}`,
    got: `row ${row}, column ${column}, channel ${channel}`,
  });
}
