/** All channels of the open layer in color, and one of them large with its numbers. */
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { count, plain } from "../../components/numbers.ts";
import { Select } from "../../components/Select.tsx";
import { StaleNote } from "../../components/StaleNote.tsx";
import { setParams } from "../../state/route.ts";
import { ChannelStage, openChannelOf } from "./ChannelStage.tsx";
import {
  type OpenLayer,
  ORDERS,
  openChannel,
  openLayer,
  order,
  SCALES,
  scale,
  staleLayer,
} from "./network.ts";

/** Pixels between tiles, as the library draws them. */
const GAP = 2;

export function ChannelGrid() {
  const grid = openLayer.value;
  if (!grid) return null;
  const channels = grid.shape[3];
  const last = grid.from + grid.channels.length;
  const [first] = grid.ranges;
  return (
    <section aria-labelledby="grid-heading" class={staleLayer.value ? "stale" : ""}>
      <h2 id="grid-heading">
        {grid.layer}, channels {grid.from + 1} to {last} of {count(channels)}
      </h2>
      <div class="row">
        <Select
          label="Color scale"
          value={scale.value}
          values={SCALES}
          onChoose={(value) => setParams({ scale: value || undefined })}
        />
        <Select
          label="Sorted by"
          value={order.value}
          values={ORDERS}
          onChoose={(value) => setParams({ order: value === "number" ? undefined : value, page: undefined })}
        />
        <Pages grid={grid} />
      </div>
      <p class="note">
        {grid.scale === "channel"
          ? "Each channel has its own colors."
          : `Colors from ${plain(first.min)} to ${plain(first.max)}, the same for all tiles.`}{" "}
        Ran on {grid.ranOn}.
      </p>
      <StaleNote of={staleLayer.value} />
      {openChannel.value?.layer === grid.layer && (
        <ChannelStage channel={openChannel.value} geometry={grid.geometry} />
      )}
      <div class="tiles">
        <BitmapCanvas
          bitmap={grid.bitmap}
          pixelated
          alt={`${grid.layer}: ${grid.channels.length} of ${channels} channels, values from ${plain(grid.statistics.min)} to ${plain(grid.statistics.max)}, ${count(grid.statistics.zeros)} zeros`}
        />
        <div class="tile-buttons">
          {grid.channels.map((channel, tile) => (
            <button
              key={channel}
              type="button"
              aria-label={`channel ${channel}`}
              title={`channel ${channel}`}
              aria-pressed={openChannel.value?.channel === channel}
              style={placeOf(grid, tile)}
              onClick={() => openChannelOf(channel)}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function placeOf({ bitmap, columns, tileWidth, tileHeight }: OpenLayer, tile: number) {
  const left = (tile % columns) * (tileWidth + GAP);
  const top = Math.floor(tile / columns) * (tileHeight + GAP);
  return {
    left: `${(100 * left) / bitmap.width}%`,
    top: `${(100 * top) / bitmap.height}%`,
    width: `${(100 * tileWidth) / bitmap.width}%`,
    height: `${(100 * tileHeight) / bitmap.height}%`,
  };
}

function Pages({ grid: { from, channels, shape, pageSize: size } }: { readonly grid: OpenLayer }) {
  const pages = Math.ceil(shape[3] / size);
  const page = Math.floor(from / size);
  if (pages === 1) return null;
  const to = (next: number) => () => setParams({ page: next === 0 ? undefined : String(next) });
  return (
    <nav class="pages" aria-label="Pages of channels">
      <button type="button" disabled={page === 0} onClick={to(page - 1)}>
        Previous {size}
      </button>
      <button type="button" disabled={from + channels.length >= shape[3]} onClick={to(page + 1)}>
        Next
      </button>
    </nav>
  );
}
