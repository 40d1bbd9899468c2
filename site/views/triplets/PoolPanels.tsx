/** The maps of a step of the pools. A cell, chosen by pointer or arrow keys, shows what it looks at. */
import { POOL_CELLS } from "centernet";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { cellAt, cellMoved } from "../../components/cellKeys.ts";
import { plain } from "../../components/numbers.ts";
import type { PoolPanel } from "./poolSteps.ts";
import { choosePoolCell, poolCell, poolStep, pools } from "./triplets.ts";

const { rows, columns, kite, sun } = POOL_CELLS;

export function PoolPanels() {
  return (
    <div class="pool-panels" style={{ "--panels": poolStep.value.maps.length }}>
      {poolStep.value.maps.map((panel) => (
        <PoolMapPanel key={panel.title} panel={panel} />
      ))}
    </div>
  );
}

function PoolMapPanel({ panel: { map: name, title, reads } }: { readonly panel: PoolPanel }) {
  const map = pools.value?.[name];
  const [row, column] = poolCell.value;
  const value = map?.values[row * columns + column];
  const frames = poolStep.value.sees(poolCell.value).filter((_, area) => reads === "all" || reads === area);
  return (
    <figure class="decode-panel">
      <button
        type="button"
        class="map-button"
        aria-label={`${title}: cell ${column},${row} has ${value === undefined ? "no value yet" : plain(value)}. Arrow keys move the cell.`}
        style={{ aspectRatio: `${columns} / ${rows}` }}
        onClick={(event) => {
          if (event.detail === 0) return;
          const { x, y } = cellAt(event, columns, rows);
          choosePoolCell([y, x]);
        }}
        onKeyDown={(event) => {
          const next = cellMoved(event.key, { x: column, y: row }, columns, rows);
          if (!next) return;
          event.preventDefault();
          choosePoolCell([next.y, next.x]);
        }}
      >
        {map && <BitmapCanvas bitmap={map.bitmap} pixelated alt="" />}
        <svg viewBox={`0 0 ${columns} ${rows}`} aria-hidden="true">
          <g class="objects">
            <path
              d={`M${kite.top[1] + 0.5} ${kite.top[0]}L${kite.right[1] + 1} ${kite.right[0] + 0.5}L${kite.bottom[1] + 0.5} ${kite.bottom[0] + 1}L${kite.left[1]} ${kite.left[0] + 0.5}z`}
            />
            <circle cx={sun.middle[1] + 0.5} cy={sun.middle[0] + 0.5} r="2.5" />
          </g>
          <g class="marks">
            {frames.map(({ top, left, bottom, right }) => (
              <Area
                key={`${top} ${left}`}
                name="seen"
                x={left}
                y={top}
                width={right - left + 1}
                height={bottom - top + 1}
              />
            ))}
            <Area name="at" x={column} y={row} width={1} height={1} />
          </g>
        </svg>
      </button>
      <figcaption>
        {title}{" "}
        <small>
          cell {column},{row}: <strong>{value === undefined ? "" : plain(rounded(value))}</strong>
          {map && `, at most ${plain(rounded(map.max))}`}
        </small>
      </figcaption>
    </figure>
  );
}

/** Batch norm's epsilon makes 1 slightly less; that is not what is to be seen. */
function rounded(value: number): number {
  return Number(value.toFixed(3));
}

function Area({
  name,
  ...area
}: {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}) {
  const { x, y, width, height } = area;
  const d = `M${x} ${y}h${width}v${height}h${-width}z`;
  return (
    <>
      <path class={`rim ${name}`} d={d} />
      <path class={`line ${name}`} d={d} />
    </>
  );
}
