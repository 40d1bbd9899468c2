/** A layer whose units are blocks of cells, times splits of its panels of 8 output channels. */
export interface SharedLayer {
  readonly panels: number;
  readonly cells: number;
  /** The last block may have fewer. */
  readonly blockCells: number;
  readonly threads: number;
}

/** What packing a block's inputs costs beside one panel's product: every split packs them anew. */
const PACKING = 0.5;

/** More splits than this for each thread are not tried. */
const MOST_SPLITS = 4;

/** With more blocks than this for each thread, none waits long for the others. */
const MANY_BLOCKS = 16;

/**
 * The number of splits with which the threads end a layer soonest. Layers of few blocks need some: of five blocks, one of two
 * threads would compute three. All splits have the same number of panels, except that the last may have fewer. It is never
 * empty: a unit without panels would pack its inputs for nothing.
 */
export function threadSplits(layer: SharedLayer): number {
  const { panels, cells, blockCells, threads } = layer;
  if (threads === 1 || cells > MANY_BLOCKS * threads * blockCells) return 1;
  let best = { splits: 1, time: timeOf(layer, 1) };
  for (let wanted = 2; wanted <= Math.min(panels, MOST_SPLITS * threads); wanted++) {
    const splits = Math.ceil(panels / Math.ceil(panels / wanted));
    const time = timeOf(layer, splits);
    if (time < best.time) best = { splits, time };
  }
  return best.splits;
}

/** When the last thread is done if each takes the next unit as soon as it can, in products of a cell with a panel. */
function timeOf({ panels, cells, blockCells, threads }: SharedLayer, splits: number): number {
  const perSplit = Math.ceil(panels / splits);
  const busyUntil = new Array<number>(threads).fill(0);
  for (let firstPanel = 0; firstPanel < panels; firstPanel += perSplit) {
    const price = Math.min(perSplit, panels - firstPanel) + PACKING;
    for (let firstCell = 0; firstCell < cells; firstCell += blockCells) {
      const next = busyUntil.indexOf(Math.min(...busyUntil));
      busyUntil[next] += price * Math.min(blockCells, cells - firstCell);
    }
  }
  return Math.max(...busyUntil);
}
