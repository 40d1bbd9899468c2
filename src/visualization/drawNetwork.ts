/** A network as a picture. */
import { FAMILIES, networkLayout, type PlacedBlock } from "../analysis/networkLayout.ts";
import type { Graph } from "../graph/graph.ts";
import type { OpFamily } from "../graph/op.ts";
import type { Shape } from "../tensor.ts";
import { escaped, picture, tidy } from "./svg.ts";

export interface DrawNetworkOptions {
  /** Default: "Network". */
  readonly title?: string;
}

const BOX = { width: 58, height: 34 };
const PITCH = { x: 78, y: 56 };
const MARGIN = { left: 84, top: 76, right: 24, bottom: 20 };

const COLORS: Readonly<Record<OpFamily | "input", string>> = {
  pooling: "#8a4c9b",
  upsampling: "#21795a",
  convolution: "#2f62a8",
  sum: "#5d656f",
  elementwise: "#8a5a00",
  input: "#24292f",
};

/** Presentation attributes are the light scheme, so that a policy that forbids inline styles leaves a readable picture. */
const DARK = `svg { color-scheme: light dark }
@media (prefers-color-scheme: dark) {
.ground { fill: #16191d } .ink { fill: #e6e8eb } .faint { fill: #a3abb4 } .grid { stroke: #2b3138 }
.edge { stroke: #8b949e } .output { stroke: #e6e8eb } .kind-input { fill: #4a525c }
}`;

/**
 * Draws a network as an SVG, block by block (`blocksOf`). Rows are resolutions, columns the longest path from the input.
 * Colors say what the ops of a block do; framed blocks compute outputs; pale ones are needed by none, such as the heads of
 * an hourglass' first stack. Boxes show the end of the block's name and its channels; a title on each has all of it. Follows
 * the reader's light or dark color scheme.
 *
 * The graph may be fused or not.
 */
export function drawNetwork(graph: Graph, { title = "Network" }: DrawNetworkOptions = {}): string {
  const blocks = networkLayout(graph);
  const places = new Map(blocks.map((block) => [block.name, block]));
  const largest = (numbers: readonly number[]) => numbers.reduce((most, number) => Math.max(most, number), 0);
  const width =
    MARGIN.left + largest(blocks.map(({ column }) => column)) * PITCH.x + BOX.width + MARGIN.right;
  const height = MARGIN.top + largest(blocks.map(({ row }) => row)) * PITCH.y + BOX.height + MARGIN.bottom;
  const edges = blocks.flatMap((block) => {
    return block.inputs.map((input) => {
      const from = places.get(input) as PlacedBlock;
      const between = ({ row, column }: PlacedBlock) =>
        row === block.row && from.column < column && column < block.column;
      return edge(from, block, from.row === block.row && blocks.some(between));
    });
  });
  const full = Math.max(width, LEGEND_WIDTH);
  return picture({
    title,
    description: description(graph, blocks),
    width: full,
    height,
    fontSize: 9,
    style: DARK,
    elements: [
      legend(blocks),
      ...gridLines(blocks, full),
      ...edges,
      ...blocks.map((block) => box(block, blocks[0])),
    ],
  });
}

function left({ column }: PlacedBlock): number {
  return MARGIN.left + column * PITCH.x;
}

function top({ row }: PlacedBlock): number {
  return MARGIN.top + row * PITCH.y;
}

/** From the right side of a block to the left side of the one that reads it; above the blocks between, in one row. */
function edge(from: PlacedBlock, to: PlacedBlock, isCrossed: boolean): string {
  const [x0, y0] = [left(from) + BOX.width, top(from) + BOX.height / 2];
  const [x1, y1] = [left(to), top(to) + BOX.height / 2];
  const bend = Math.max(16, Math.abs(x1 - x0) / 2);
  const opacity = from.needed && to.needed ? 1 : FAINT;
  const curve = `M${x0} ${y0}C${tidy(x0 + bend)} ${y0} ${tidy(x1 - bend)} ${y1} ${x1} ${y1}`;
  const [start, high] = [x0 - BOX.width / 4, y0 - BOX.height / 2];
  const bow = `M${start} ${high}q4 -9 16 -9H${tidy(x1 - 2)}q12 0 16 9`;
  const path = isCrossed ? bow : curve;
  return `<path class="edge" d="${path}" fill="none" stroke="#7a828c" opacity="${opacity}"/>`;
}

const FAINT = 0.35;

/** A block that stands below the row of its resolution, which was taken, tells its size. */
function box(block: PlacedBlock, input: PlacedBlock): string {
  const { family } = block;
  const opacity = block.needed ? "" : ` opacity="${FAINT}"`;
  const frame = block.outputs.length > 0 ? ' class="output" stroke="#1f2328" stroke-width="3"' : "";
  const [x, y] = [left(block), top(block)];
  const middle = x + BOX.width / 2;
  const label = (line: number, size: number, text: string) =>
    `<text x="${middle}" y="${y + line}" text-anchor="middle" font-size="${size}" fill="#ffffff">${escaped(text)}</text>`;
  return [
    `<g${opacity}><title>${escaped(sentence(block))}</title>`,
    frame &&
      `<rect${frame} x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="4" fill="none"/>`,
    `<rect class="kind-${family}" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="4" fill="${COLORS[family]}"/>`,
    label(14, 8, shortName(block.name)),
    isOnOwnRow(block, input)
      ? label(27, 11, String(block.shape[3]))
      : label(27, 8, block.shape.slice(1).join("x")),
    "</g>",
  ].join("");
}

const SHORT_NAME = 11;

/** The end of the name that says which one it is: `down.0`, `block4`, `center`. */
function shortName(name: string): string {
  const parts = name.split(".");
  let text = parts.pop() as string;
  while (parts.length > 0 && parts[parts.length - 1].length + 1 + text.length <= SHORT_NAME) {
    text = `${parts.pop()}.${text}`;
  }
  return text.length <= SHORT_NAME ? text : `${text.slice(0, SHORT_NAME - 1)}…`;
}

/** `backbone.block4: 16x16x96, 12 layers: conv2d, …`. */
function sentence({ name, shape, nodes, outputs, needed }: PlacedBlock): string {
  const sides = `${name}: ${formatSides(shape)}`;
  if (nodes.length === 0) return `${sides}, input`;
  const ops = [...new Set(nodes.map(({ op }) => op))].join(", ");
  const layers = nodes.length === 1 ? "one layer" : `${nodes.length} layers`;
  const output = outputs.length > 0 ? `; output ${outputs.join(", ")}` : "";
  return `${sides}, ${layers}: ${ops}${output}${needed ? "" : "; needed by no output"}`;
}

function formatSides([, ...sides]: Shape): string {
  return sides.join(" x ");
}

function description(graph: Graph, blocks: readonly PlacedBlock[]): string {
  const outputs = Object.entries(graph.outputs).map(([name, node]) => {
    const shape = graph.nodes.find((candidate) => candidate.name === node)?.shape;
    return shape ? `${name} ${formatSides(shape)}` : name;
  });
  const drawn = blocks.filter(({ nodes }) => nodes.length > 0);
  const inputs = Object.entries(graph.inputs).map(([name, shape]) => `${name} ${formatSides(shape)}`);
  return [
    `${graph.nodes.length} layers in ${drawn.length} blocks, from ${inputs.join(", ")} to ${outputs.join(", ")}.`,
    "From left to right the longest path from the input, from top to bottom halved resolutions.",
  ].join(" ");
}

/** Whether its row is that of its resolution. */
function isOnOwnRow({ row, shape }: Pick<PlacedBlock, "row" | "shape">, input: PlacedBlock): boolean {
  return Math.round(Math.log2(input.shape[1] / shape[1])) === row;
}

/** A line and the side of the map for each resolution at which a block stands. */
function gridLines(blocks: readonly PlacedBlock[], width: number): string[] {
  const sides = new Map<number, string>();
  const [first] = blocks;
  for (const { row, shape } of blocks) {
    if (isOnOwnRow({ row, shape }, first) && !sides.has(row)) sides.set(row, `${shape[1]} x ${shape[2]}`);
  }
  return [...sides].map(([row, text]) => {
    const y = MARGIN.top + row * PITCH.y + BOX.height / 2;
    const line = `<path class="grid" d="M${MARGIN.left - 12} ${y}H${width - 12}" stroke="#e4e8ec"/>`;
    return `${line}<text class="faint" x="${MARGIN.left - 18}" y="${y + 4}" text-anchor="end" font-size="11" fill="#57606a">${text}</text>`;
  });
}

const LEGEND_WIDTH = 860;

function legend(blocks: readonly PlacedBlock[]): string {
  const used = new Set(blocks.map(({ family }) => family));
  const colored = ([...FAMILIES, "input"] as const)
    .filter((family) => used.has(family))
    .map((family) => [
      `<rect class="kind-${family}" width="14" height="11" fill="${COLORS[family]}"/>`,
      family,
    ]);
  const framed =
    '<rect class="output" x="1.5" y="1.5" width="11" height="8" fill="none" stroke="#1f2328" stroke-width="3"/>';
  const pale = `<rect width="14" height="11" fill="#2f62a8" opacity="${FAINT}"/>`;
  const entries = [
    ...colored,
    [framed, "computes an output"],
    ...(blocks.some(({ needed }) => !needed) ? [[pale, "needed by no output"]] : []),
  ];
  let x = 16;
  return entries
    .map(([shape, words]) => {
      const entry = `<g transform="translate(${x} 40)">${shape}<text class="faint" x="20" y="10" font-size="11" fill="#57606a">${words}</text></g>`;
      x += 44 + 6 * words.length;
      return entry;
    })
    .join("");
}
