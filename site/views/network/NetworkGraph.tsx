/** The network by blocks: a row for each resolution, a column for each step of the longest path. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { route, setParams } from "../../state/route.ts";
import { type BlockNumber, colorAt, colorScale } from "./blockNumbers.ts";
import { ColorLegend } from "./GraphColors.tsx";
import { graphKeys } from "./graphKeys.ts";
import {
  blockInWords,
  chooseLayer,
  inputPicture,
  block as openBlock,
  type Plan,
  type PlannedBlock,
  seen,
  staleSeen,
} from "./network.ts";

const BOX = 40;
const PITCH = { x: 56, y: 58 };
const MARGIN = { left: 8, top: 18, right: 24, bottom: 24 };
const LABELS = 72;
const ZOOM = { least: 0.1, most: 2.5, step: 1.25 };
/** Smaller, the pictures in blocks say little. */
const LEAST_AT_FIRST = 0.5;
/** Below, numbers in and under blocks cannot be read. */
const READABLE = 0.75;

/** `zoom=1.5`, or `zoom=fit`, which shows the whole width. */
function chosenZoom(fit: number, byNumber: boolean): number {
  const { zoom } = route.value.params;
  if (zoom === "fit") return fit;
  const asked = Number(zoom);
  if (asked >= ZOOM.least && asked <= ZOOM.most) return asked;
  return byNumber ? 1 : Math.max(LEAST_AT_FIRST, fit);
}

export function NetworkGraph({ plan: { blocks, ranOn } }: { readonly plan: Plan }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  const width = MARGIN.left + Math.max(...blocks.map(({ column }) => column)) * PITCH.x + BOX + MARGIN.right;
  const height = MARGIN.top + Math.max(...blocks.map(({ row }) => row)) * PITCH.y + BOX + MARGIN.bottom;
  const open = openBlock.value;
  const scale = colorScale();
  const fit = Math.min(1, Math.max(ZOOM.least, (room - LABELS) / width));
  const zoom = chosenZoom(fit, scale !== undefined);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const measure = () => setRoom(box.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const box = scroller.current;
    if (!box || !open) return;
    const [x, y] = [left(open) * zoom, top(open) * zoom];
    box.scrollTo({ left: x - (box.clientWidth - LABELS) / 2, top: y - box.clientHeight / 2 });
  }, [open?.name, zoom]);
  const change = (factor: number) => {
    const next = Math.min(ZOOM.most, Math.max(ZOOM.least, zoom * factor));
    setParams({ zoom: next.toFixed(2) }, { replace: true });
  };
  return (
    <div class={staleSeen.value ? "graph stale" : "graph"}>
      <div class="graph-head">
        <ColorLegend />
        <fieldset class="zoom" aria-label="Zoom">
          <button type="button" aria-label="Smaller" onClick={() => change(1 / ZOOM.step)}>
            −
          </button>
          <button type="button" aria-label="Larger" onClick={() => change(ZOOM.step)}>
            +
          </button>
          <button
            type="button"
            aria-label="Fit the width"
            aria-pressed={Math.abs(zoom - fit) < 0.005}
            onClick={() => setParams({ zoom: "fit" }, { replace: true })}
          >
            Fit
          </button>
        </fieldset>
      </div>
      <div
        class={zoom < READABLE ? "scroller small" : "scroller"}
        ref={scroller}
        onWheel={(event) => {
          if (!event.ctrlKey) return;
          event.preventDefault();
          change(event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step);
        }}
      >
        <svg class="row-names" width={LABELS} height={height * zoom} aria-hidden="true">
          {rowsOf(blocks).map(([row, side]) => (
            <text key={row} x={LABELS - 8} y={middle(row) * zoom + 4} text-anchor="end">
              {side}
            </text>
          ))}
        </svg>
        <svg viewBox={`0 0 ${width} ${height}`} width={width * zoom} height={height * zoom}>
          <title>Blocks of the network</title>
          <g class="rows">
            {rowsOf(blocks).map(([row]) => (
              <path key={row} d={`M0 ${middle(row)}H${width}`} />
            ))}
          </g>
          <Edges blocks={blocks} />
          {blocks.map((block) => (
            <BlockBox
              key={block.name}
              block={block}
              open={block === open}
              all={blocks}
              number={scale?.of(block)}
              byNumber={scale !== undefined}
              alone={ranOn === undefined}
            />
          ))}
        </svg>
      </div>
    </div>
  );
}

const left = ({ column }: PlannedBlock) => MARGIN.left + column * PITCH.x;
const top = ({ row }: PlannedBlock) => MARGIN.top + row * PITCH.y;
const middle = (row: number) => MARGIN.top + row * PITCH.y + BOX / 2;

function BlockBox({
  block,
  open,
  all,
  number,
  byNumber,
  alone,
}: {
  readonly block: PlannedBlock;
  readonly open: boolean;
  readonly all: readonly PlannedBlock[];
  readonly number?: BlockNumber;
  /** Whether blocks are colored by a number at all. */
  readonly byNumber: boolean;
  /** Whether nothing runs, so that no picture will come. */
  readonly alone: boolean;
}) {
  const last = block.nodes.at(-1);
  const words = `${blockInWords(block)}${number ? `; ${number.words}` : ""}`;
  const picture = last ? seen.value.get(last.name)?.thumbnail : alone ? undefined : inputPicture.value;
  const output = block.outputs.length > 0 ? " output" : "";
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button.
    <g
      class={`block${open ? " open" : ""}${block.needed ? "" : " pale"}${output}`}
      role="button"
      aria-label={words}
      aria-pressed={open}
      data-block={block.name}
      tabindex={open ? 0 : -1}
      transform={`translate(${left(block)} ${top(block)})`}
      onClick={() => last && chooseLayer(last.name)}
      onKeyDown={(event) => graphKeys(event, block, all)}
    >
      <title>{words}</title>
      <rect class="ring" x="-3.5" y="-3.5" width={BOX + 7} height={BOX + 7} rx="7" />
      <rect
        class={`frame family-${block.family}`}
        width={BOX}
        height={BOX}
        rx="5"
        {...(byNumber && { style: { fill: number ? colorAt(number.share) : "var(--panel)" } })}
      />
      {picture ? (
        <>
          {!last && <rect class="blank" x="4" y="4" width={BOX - 8} height={BOX - 8} />}
          <image
            href={picture}
            x="4"
            y="4"
            width={BOX - 8}
            height={BOX - 8}
            preserveAspectRatio={last ? "none" : "xMidYMid"}
          />
        </>
      ) : (
        <>
          {!alone && <rect class="blank" x="4" y="4" width={BOX - 8} height={BOX - 8} />}
          {!(alone && byNumber) && (
            <text class={alone ? "alone" : ""} x={BOX / 2} y={BOX / 2 + 4} text-anchor="middle">
              {block.shape[3]}
            </text>
          )}
        </>
      )}
      {number && (
        <text class="number" x={BOX / 2} y={BOX + 12} text-anchor="middle">
          {number.words}
        </text>
      )}
    </g>
  );
}

/** From the right side of a block to the left side of the one that reads it. */
function Edges({ blocks }: { readonly blocks: readonly PlannedBlock[] }) {
  const places = new Map(blocks.map((block) => [block.name, block]));
  const paths = blocks.flatMap((to) =>
    to.inputs.flatMap((name) => {
      const from = places.get(name);
      if (!from) return [];
      const [x0, y0] = [left(from) + BOX, top(from) + BOX / 2];
      const [x1, y1] = [left(to), top(to) + BOX / 2];
      const bend = Math.max(10, Math.abs(x1 - x0) / 2);
      const over = from.row === to.row && to.column - from.column > 1;
      return over
        ? `M${x0 - 6} ${top(from)}q4 -9 14 -9H${x1 - 4}q8 0 10 9`
        : `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
    }),
  );
  return <path class="edges" d={paths.join("")} />;
}

/** The rows of resolutions, each with the sides of its maps. */
function rowsOf(blocks: readonly PlannedBlock[]): (readonly [row: number, side: string])[] {
  const inputHeight = blocks[0].shape[1];
  const sides = new Map<number, string>();
  for (const { row, shape } of blocks) {
    if (Math.round(Math.log2(inputHeight / shape[1])) === row && !sides.has(row)) {
      sides.set(row, `${shape[1]} × ${shape[2]}`);
    }
  }
  return [...sides];
}
