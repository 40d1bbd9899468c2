/**
 * Moving through the graph by keys. Left and right follow an edge; up and down then go through the other edges of the block
 * that was left, and without any through the rows above and below.
 */
import { chooseLayer, type PlannedBlock } from "./network.ts";

/** The block that was left along an edge, and to which side. */
let left: { readonly from: string; readonly side: "inputs" | "readers"; readonly to: string } | undefined;

export function graphKeys(event: KeyboardEvent, from: PlannedBlock, all: readonly PlannedBlock[]): void {
  const to = neighbor(event.key, from, all);
  if (!to) return;
  event.preventDefault();
  const last = to.nodes.at(-1);
  if (last) chooseLayer(last.name, { replace: true });
  const graph = (event.currentTarget as Element).closest("svg");
  graph?.querySelector<SVGElement>(`[data-block="${CSS.escape(to.name)}"]`)?.focus();
}

function neighbor(key: string, from: PlannedBlock, all: readonly PlannedBlock[]): PlannedBlock | undefined {
  const blocks = all.filter(({ nodes }) => nodes.length > 0);
  switch (key) {
    case "ArrowLeft":
      return follow("inputs", from, all);
    case "ArrowRight":
      return follow("readers", from, all);
    case "ArrowUp":
      return (
        nextEdge(-1, from, all) ??
        nearest(
          from,
          all.filter(({ row }) => row < from.row),
        )
      );
    case "ArrowDown":
      return (
        nextEdge(1, from, all) ??
        nearest(
          from,
          all.filter(({ row }) => row > from.row),
        )
      );
    case "Home":
      return blocks[0];
    case "End":
      return blocks.at(-1);
    default:
      return undefined;
  }
}

function follow(side: "inputs" | "readers", from: PlannedBlock, all: readonly PlannedBlock[]) {
  const to = nearest(from, endsOf(side, from, all));
  if (to) left = { from: from.name, side, to: to.name };
  return to;
}

/** Another edge of the block that was left, if the last key followed one to here. */
function nextEdge(step: 1 | -1, at: PlannedBlock, all: readonly PlannedBlock[]): PlannedBlock | undefined {
  const from = left?.to === at.name ? all.find(({ name }) => name === left?.from) : undefined;
  if (!left || !from) return undefined;
  const ends = [...endsOf(left.side, from, all)].sort((a, b) => a.row - b.row || a.column - b.column);
  if (ends.length < 2) return undefined;
  const to = ends[(ends.indexOf(at) + step + ends.length) % ends.length];
  left = { ...left, to: to.name };
  return to;
}

function endsOf(side: "inputs" | "readers", from: PlannedBlock, all: readonly PlannedBlock[]) {
  return all.filter(({ name, inputs }) =>
    side === "inputs" ? from.inputs.includes(name) : inputs.includes(from.name),
  );
}

/** Rows count double: blocks of a row are neighbors before those of another are. */
function nearest(from: PlannedBlock, others: readonly PlannedBlock[]): PlannedBlock | undefined {
  const distance = ({ row, column }: PlannedBlock) =>
    2 * Math.abs(row - from.row) + Math.abs(column - from.column);
  return others.reduce<PlannedBlock | undefined>(
    (best, other) => (best && distance(best) <= distance(other) ? best : other),
    undefined,
  );
}
