/** The network by blocks: a row for each resolution, a column for each step of the longest path. */
import { useEffect, useRef, useState } from "preact/hooks";
import { graphKeys } from "./graphKeys.ts";
import { chooseLayer, block as openBlock, type Plan, type PlannedBlock, seen } from "./network.ts";

const BOX = 40;
const PITCH = { x: 56, y: 54 };
const MARGIN = { left: 72, top: 18, right: 24, bottom: 24 };
const ZOOM = { least: 0.4, most: 2.5, step: 1.25 };

export function NetworkGraph({ plan: { blocks } }: { readonly plan: Plan }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const width = MARGIN.left + Math.max(...blocks.map(({ column }) => column)) * PITCH.x + BOX + MARGIN.right;
  const height = MARGIN.top + Math.max(...blocks.map(({ row }) => row)) * PITCH.y + BOX + MARGIN.bottom;
  const open = openBlock.value;
  useEffect(() => {
    const box = scroller.current;
    if (!box || !open) return;
    box.scrollTo({ left: (MARGIN.left + open.column * PITCH.x) * zoom - box.clientWidth / 2 });
  }, [open?.name, zoom]);
  const change = (factor: number) => setZoom(Math.min(ZOOM.most, Math.max(ZOOM.least, zoom * factor)));
  return (
    <div class="graph">
      <fieldset class="zoom" aria-label="Zoom">
        <button type="button" aria-label="Smaller" onClick={() => change(1 / ZOOM.step)}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => change(ZOOM.step)}>
          +
        </button>
      </fieldset>
      <div
        class="scroller"
        ref={scroller}
        onWheel={(event) => {
          if (!event.ctrlKey) return;
          event.preventDefault();
          change(event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step);
        }}
      >
        <svg viewBox={`0 0 ${width} ${height}`} width={width * zoom} height={height * zoom}>
          <title>Blocks of the network</title>
          <Rows blocks={blocks} width={width} />
          <Edges blocks={blocks} />
          {blocks.map((block) => (
            <BlockBox key={block.name} block={block} open={block === open} all={blocks} />
          ))}
        </svg>
      </div>
    </div>
  );
}

const left = ({ column }: PlannedBlock) => MARGIN.left + column * PITCH.x;
const top = ({ row }: PlannedBlock) => MARGIN.top + row * PITCH.y;

function BlockBox({
  block,
  open,
  all,
}: {
  readonly block: PlannedBlock;
  readonly open: boolean;
  readonly all: readonly PlannedBlock[];
}) {
  const [x, y] = [left(block), top(block)];
  const last = block.nodes.at(-1);
  const [, height, width, channels] = block.shape;
  const words = `${block.name}, ${height} × ${width} × ${channels}, ${block.nodes.length === 0 ? "input" : `${block.nodes.length} layers`}${block.needed ? "" : ", needed by no output"}`;
  const picture = last && seen.value.get(last.name)?.thumbnail;
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button.
    <g
      class={`block${open ? " open" : ""}${block.needed ? "" : " pale"}`}
      role="button"
      aria-label={words}
      aria-pressed={open}
      data-block={block.name}
      tabindex={open ? 0 : -1}
      transform={`translate(${x} ${y})`}
      onClick={() => last && chooseLayer(last.name)}
      onKeyDown={(event) => graphKeys(event, block, all)}
    >
      <title>{words}</title>
      <rect width={BOX} height={BOX} rx="5" />
      {picture ? (
        <image href={picture} x="3" y="3" width={BOX - 6} height={BOX - 6} preserveAspectRatio="none" />
      ) : (
        <text x={BOX / 2} y={BOX / 2 + 4} text-anchor="middle">
          {channels}
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

function Rows({ blocks, width }: { readonly blocks: readonly PlannedBlock[]; readonly width: number }) {
  const inputHeight = blocks[0].shape[1];
  const sides = new Map<number, string>();
  for (const { row, shape } of blocks) {
    if (Math.round(Math.log2(inputHeight / shape[1])) === row && !sides.has(row)) {
      sides.set(row, `${shape[1]} × ${shape[2]}`);
    }
  }
  return (
    <g class="rows">
      {[...sides].map(([row, text]) => {
        const y = MARGIN.top + row * PITCH.y + BOX / 2;
        return (
          <g key={row}>
            <path d={`M${MARGIN.left - 8} ${y}H${width}`} />
            <text x={MARGIN.left - 12} y={y + 4} text-anchor="end">
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}
