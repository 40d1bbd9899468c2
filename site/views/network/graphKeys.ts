/** Moving through the graph by keys: left and right along its edges, up and down within a column. */
import { chooseLayer, type PlannedBlock } from "./network.ts";

export function graphKeys(event: KeyboardEvent, from: PlannedBlock, all: readonly PlannedBlock[]): void {
  const to = neighbor(event.key, from, all);
  if (!to) return;
  event.preventDefault();
  const last = to.nodes.at(-1);
  if (last) chooseLayer(last.name);
  const graph = (event.currentTarget as Element).closest("svg");
  graph?.querySelector<SVGElement>(`[data-block="${CSS.escape(to.name)}"]`)?.focus();
}

function neighbor(key: string, from: PlannedBlock, all: readonly PlannedBlock[]): PlannedBlock | undefined {
  const blocks = all.filter(({ nodes }) => nodes.length > 0);
  switch (key) {
    case "ArrowLeft":
      return nearest(
        from,
        blocks.filter(({ name }) => from.inputs.includes(name)),
      );
    case "ArrowRight":
      return nearest(
        from,
        blocks.filter(({ inputs }) => inputs.includes(from.name)),
      );
    case "ArrowUp":
      return nearest(
        from,
        blocks.filter(({ row }) => row < from.row),
      );
    case "ArrowDown":
      return nearest(
        from,
        blocks.filter(({ row }) => row > from.row),
      );
    case "Home":
      return blocks[0];
    case "End":
      return blocks.at(-1);
    default:
      return undefined;
  }
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
