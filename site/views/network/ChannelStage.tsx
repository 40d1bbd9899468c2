/** One channel, large and over the image: the number under the pointer, and the pixels that it depends on. */
import { signal } from "@preact/signals";
import { type Geometry, geometryFrom, type PixelArea, type Point, type ViewGeometry } from "centernet";
import { useEffect, useRef } from "preact/hooks";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { plain } from "../../components/numbers.ts";
import { Slider } from "../../components/Slider.tsx";
import { shown } from "../../state/detection.ts";
import { setParams } from "../../state/route.ts";
import { settings } from "../../state/settings.ts";
import { worker } from "../../state/worker.ts";
import { CellSum } from "./CellSum.tsx";
import { cell as chosenCell, layer, type OpenChannel } from "./network.ts";

interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Under the pointer. */
const pointed = signal<Cell | undefined>(undefined);
/** The pixels that a cell depends on: the frames stay where they are until those of the next cell are known. */
const field = signal<{ readonly of: string; readonly areas: readonly PixelArea[] }>({ of: "", areas: [] });
/** How much of the map covers the image, in percent. */
const cover = signal(60);

/** Whether the channel that comes was chosen here: it then takes the focus, and is scrolled to. */
let chosenHere = false;

export function openChannelOf(channel: number): void {
  chosenHere = true;
  setParams({ channel: String(channel), cell: undefined });
}

export function ChannelStage({
  channel,
  geometry,
}: {
  readonly channel: OpenChannel;
  readonly geometry: Geometry;
}) {
  const [view] = geometryFrom(geometry).views;
  const { width, height, values } = channel;
  const start = chosenCell.value ?? { row: Math.floor(height / 2), column: Math.floor(width / 2) };
  const { row, column } = pointed.value ?? start;
  const at = { row: Math.min(row, height - 1), column: Math.min(column, width - 1) };
  const stride = layer.value?.field[0]?.width.stride ?? 1;
  useEffect(() => {
    const params = { settings: settings.value, layer: channel.layer, ...at };
    worker.call("field", params).then(
      (areas) => {
        field.value = { of: `${channel.layer} ${at.column},${at.row}`, areas };
      },
      () => {}, // A newer cell was chosen, or the model changed.
    );
  }, [channel.layer, at.row, at.column, settings.value]);
  const map = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    pointed.value = undefined;
    if (chosenHere) map.current?.focus();
    chosenHere = false;
  }, [channel.layer, channel.channel]);
  const choose = ({ row, column }: Cell) => setParams({ cell: `${column},${row}` });
  return (
    <div class="channel-stage">
      <div class="channel-head">
        <h3>Channel {channel.channel}</h3>
        <output>
          cell {at.column}, {at.row}: <strong>{plain(values[at.row * width + at.column])}</strong>
        </output>
        <button
          type="button"
          class="quiet"
          onClick={() => setParams({ channel: undefined, cell: undefined })}
        >
          Close
        </button>
      </div>
      <div class="channel-pair">
        <button
          type="button"
          ref={map}
          class="channel-map"
          aria-label={`Channel ${channel.channel} of ${channel.layer}, cell ${at.column}, ${at.row}: arrow keys move the cell, Enter writes out its sum`}
          style={{ aspectRatio: `${width} / ${height}` }}
          onPointerMove={(event) => {
            pointed.value = cellAt(event, width, height);
          }}
          onClick={(event) => choose(event.detail > 0 ? cellAt(event, width, height) : at)}
          onKeyDown={(event) => {
            const next = moved(event.key, at, width, height);
            if (!next) return;
            event.preventDefault();
            pointed.value = next;
          }}
        >
          <BitmapCanvas bitmap={channel.bitmap} pixelated alt="" />
          <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <rect class="cell" x={at.column} y={at.row} width="1" height="1" />
          </svg>
        </button>
        <OverImage channel={channel} view={view} stride={stride} onChoose={choose} />
      </div>
      <Slider
        label="Map over the image"
        value={cover.value}
        min={0}
        max={100}
        step={5}
        words={`${cover.value} %`}
        onMove={(value) => {
          cover.value = value;
        }}
      />
      <p class="note">
        The frame in the image is the receptive field of the cell: what lies outside cannot change its value.
        Ran on {channel.ranOn}.
      </p>
      <CellSum channel={channel} />
    </div>
  );
}

/** What the image shows is told in words beside it: pointing at it is one of two ways to the same cell. */
function OverImage({
  channel: { bitmap, width, height },
  view,
  stride,
  onChoose,
}: {
  readonly channel: OpenChannel;
  readonly view: ViewGeometry;
  readonly stride: number;
  readonly onChoose: (cell: Cell) => void;
}) {
  const image = shown.value;
  if (!image) return null;
  const [start, end] = [
    view.cellToImage({ x: 0, y: 0 }, stride),
    view.cellToImage({ x: width, y: height }, stride),
  ];
  const cellUnder = (event: MouseEvent): Cell => {
    const { x, y } = placeIn(event);
    const { x: column, y: row } = view.imageToCell({ x: x * image.width, y: y * image.height }, stride);
    const within = (value: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(value)));
    return { row: within(row, height), column: within(column, width) };
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the map beside it takes keys.
    <div
      class="stage over"
      style={{ aspectRatio: `${image.width} / ${image.height}` }}
      onPointerMove={(event) => {
        pointed.value = cellUnder(event);
      }}
      onClick={(event) => onChoose(cellUnder(event))}
    >
      <BitmapCanvas bitmap={image.bitmap} alt="" />
      <div
        class="cover"
        style={{
          left: `${(100 * start.x) / image.width}%`,
          top: `${(100 * start.y) / image.height}%`,
          width: `${(100 * (end.x - start.x)) / image.width}%`,
          height: `${(100 * (end.y - start.y)) / image.height}%`,
          opacity: cover.value / 100,
        }}
      >
        <BitmapCanvas bitmap={bitmap} pixelated alt="" />
      </div>
      <svg viewBox={`0 0 ${image.width} ${image.height}`} aria-hidden="true" data-field-of={field.value.of}>
        {field.value.areas.map(({ left, top, right, bottom }, index) => {
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

/** From 0 to 1 along each side. */
function placeIn(event: MouseEvent): Point {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

function cellAt(event: MouseEvent, width: number, height: number): Cell {
  const { x, y } = placeIn(event);
  const within = (part: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(part * cells)));
  return { column: within(x, width), row: within(y, height) };
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
