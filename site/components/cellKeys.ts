/** Cells of a map under the pointer and by arrow keys. */

export interface CellPlace {
  readonly x: number;
  readonly y: number;
}

/** The cell of a map of this size, drawn over the event's target, that the pointer is over. */
export function cellAt(event: MouseEvent, width: number, height: number): CellPlace {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const within = (part: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(part * cells)));
  return {
    x: within((event.clientX - box.left) / box.width, width),
    y: within((event.clientY - box.top) / box.height, height),
  };
}

const MOVES: Readonly<Record<string, CellPlace>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** The cell that an arrow key leads to; undefined for other keys. */
export function cellMoved(
  key: string,
  { x, y }: CellPlace,
  width: number,
  height: number,
): CellPlace | undefined {
  const move = MOVES[key];
  if (!move) return undefined;
  const within = (at: number, side: number) => Math.min(side - 1, Math.max(0, at));
  return { x: within(x + move.x, width), y: within(y + move.y, height) };
}
