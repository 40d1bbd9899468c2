import type { GraphDescription, LayerDescription } from "../../analysis/describe.ts";
import type { FieldArea } from "../../analysis/receptiveFields.ts";
import { formatCount, formatSides } from "../terminal/formatNumber.ts";
import { type Column, formatTable } from "../terminal/table.ts";

type Fields = Readonly<Record<string, readonly FieldArea[]>>;

/** One row per layer, under its scope if that is new. With `fields`, also what a cell of each sees of the input. */
export function layerTable({ layers }: GraphDescription, fields?: Fields): string[] {
  const [heading, ...lines] = formatTable(
    [
      { heading: "layer", align: "left" },
      { heading: "op", align: "left" },
      { heading: "shape", align: "left" },
      { heading: "parameters", align: "right" },
      { heading: "multiply-adds", align: "right" },
      ...(fields ? FIELD_COLUMNS : []),
    ],
    layers.map((layer) => [
      `  ${partsOf(layer).last}`,
      layer.op,
      formatSides(layer.shape),
      formatCount(layer.parameters),
      layer.needed ? formatCount(layer.multiplyAdds) : `(${formatCount(layer.multiplyAdds)})`,
      ...(fields ? fieldCells(fields[layer.name]) : []),
    ]),
  );
  const grouped = layers.flatMap((layer, i) => {
    const { scope } = partsOf(layer);
    const isNew = i === 0 || partsOf(layers[i - 1]).scope !== scope;
    return isNew ? [scope, lines[i]] : [lines[i]];
  });
  return ["", heading, ...grouped];
}

const FIELD_COLUMNS: readonly Column[] = [
  { heading: "sees", align: "left" },
  { heading: "stride", align: "left" },
  { heading: "from", align: "left" },
];

/** Two rectangles, such as a cross, are joined by a plus. */
function fieldCells(areas: readonly FieldArea[]): string[] {
  const each = (text: (area: FieldArea) => string) => areas.map(text).join(" + ");
  const [{ height, width }] = areas;
  const strides = [height.stride, width.stride];
  return [
    each((area) => `${endless(area.height.size)}x${endless(area.width.size)}`),
    strides[0] === strides[1] ? `${strides[0]}` : strides.join("x"),
    each((area) => `${endless(area.height.offset)},${endless(area.width.offset)}`),
  ];
}

function endless(number: number): string {
  return Number.isFinite(number) ? `${number}` : number < 0 ? "-∞" : "∞";
}

function partsOf({ name }: LayerDescription): { scope: string; last: string } {
  const dot = name.lastIndexOf(".");
  return { scope: name.slice(0, dot), last: name.slice(dot + 1) };
}

export function totalLines({ layers, totals }: GraphDescription): string[] {
  const { trainableParameters, storedNumbers, multiplyAdds, gflops } = totals;
  return [
    "",
    `layers                ${formatCount(layers.length)}`,
    `trainable parameters  ${formatCount(trainableParameters)}`,
    `stored numbers        ${formatCount(storedNumbers)}`,
    `multiply-adds         ${formatCount(multiplyAdds)} (${gflops.toFixed(3)} GFLOPs)`,
  ];
}
