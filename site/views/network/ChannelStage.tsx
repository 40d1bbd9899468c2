/** One channel over the image: the number under the pointer, and the pixels that it depends on. */
import { signal } from "@preact/signals";
import { type Geometry, geometryFrom, type PixelArea, type Point, type ViewGeometry } from "centernet";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { plain } from "../../components/numbers.ts";
import { shown } from "../../state/detection.ts";
import { setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { worker } from "../../state/worker.ts";
import type { OpenChannel } from "./network.ts";

interface Cell {
  readonly row: number;
  readonly column: number;
}

const cell = signal<Cell>({ row: 0, column: 0 });
const field = signal<readonly PixelArea[]>([]);

export function ChannelStage({
  channel,
  geometry,
}: {
  readonly channel: OpenChannel;
  readonly geometry: Geometry;
}) {
  const [view] = geometryFrom(geometry).views;
  const { width, height, values } = channel;
  const at = { row: Math.min(cell.value.row, height - 1), column: Math.min(cell.value.column, width - 1) };
  const value = values[at.row * width + at.column];
  const choose = (next: Cell) => {
    cell.value = next;
    const params = { settings: settings.value, layer: channel.layer, ...next };
    worker.call("field", params).then(
      (areas) => {
        field.value = areas;
      },
      () => {}, // A newer cell was chosen, or the model changed.
    );
  };
  return (
    <div class="channel">
      <div class="channel-head">
        <h3>Channel {channel.channel}</h3>
        <output>
          cell {at.column}, {at.row}: <strong>{plain(value)}</strong>
        </output>
        <button type="button" class="quiet" onClick={() => setParams({ channel: undefined })}>
          Close
        </button>
      </div>
      <div class="channel-pair">
        <button
          type="button"
          class="channel-map"
          aria-label={`Channel ${channel.channel} of ${channel.layer}: arrow keys move the cell`}
          style={{ aspectRatio: `${width} / ${height}` }}
          onPointerMove={(event) => choose(cellAt(event, width, height))}
          onKeyDown={(event) => {
            const next = moved(event.key, at, width, height);
            if (!next) return;
            event.preventDefault();
            choose(next);
          }}
        >
          <BitmapCanvas bitmap={channel.bitmap} pixelated alt="" />
          <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <rect class="cell" x={at.column} y={at.row} width="1" height="1" />
          </svg>
        </button>
        {shown.value && <FieldOnImage view={view} />}
      </div>
      <p class="note">
        The frame in the image is the receptive field of the cell: what lies outside cannot change its value.
      </p>
    </div>
  );
}

function FieldOnImage({ view }: { readonly view: ViewGeometry }) {
  const image = shown.value;
  if (!image) return null;
  return (
    <div class="stage" style={{ aspectRatio: `${image.width} / ${image.height}` }}>
      <BitmapCanvas bitmap={image.bitmap} alt="" />
      <svg viewBox={`0 0 ${image.width} ${image.height}`} aria-hidden="true">
        {field.value.map(({ left, top, right, bottom }, index) => {
          const a: Point = view.inputToImage({ x: left, y: top });
          const b: Point = view.inputToImage({ x: right + 1, y: bottom + 1 });
          return (
            <rect
              key={index}
              class="field-frame"
              x={Math.min(a.x, b.x)}
              y={Math.min(a.y, b.y)}
              width={Math.abs(b.x - a.x)}
              height={Math.abs(b.y - a.y)}
            />
          );
        })}
      </svg>
    </div>
  );
}

function cellAt(event: PointerEvent, width: number, height: number): Cell {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const within = (part: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(part * cells)));
  return {
    column: within((event.clientX - box.left) / box.width, width),
    row: within((event.clientY - box.top) / box.height, height),
  };
}

function moved(key: string, { row, column }: Cell, width: number, height: number): Cell | undefined {
  const steps: Record<string, readonly [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const step = steps[key];
  if (!step) return undefined;
  return {
    column: Math.min(width - 1, Math.max(0, column + step[0])),
    row: Math.min(height - 1, Math.max(0, row + step[1])),
  };
}
