/** The maps of a step, and the image, with the same marks over both. A click or the arrow keys ask about a cell. */
import type { Point } from "centernet";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { cellAt, cellMoved } from "../../components/cellKeys.ts";
import { plain } from "../../components/numbers.ts";
import { shown } from "../../state/detection.ts";
import { image as chosenImage } from "../../state/image.ts";
import type { DecodeMap } from "../../worker/decode.ts";
import {
  candidate,
  cell,
  chooseCell,
  choosePeak,
  decoded,
  keypoint,
  maps,
  stale,
  step,
  view,
} from "./decode.ts";
import { Marks } from "./Marks.tsx";
import { onPage } from "./steps.ts";

export function Panels() {
  const names = step.value?.maps ?? [];
  return (
    <div class="decode-panels">
      {names.map((name) => (
        <MapPanel key={name} name={name} />
      ))}
      {names.length === 1 && <ImagePanel />}
    </div>
  );
}

function MapPanel({ name }: { readonly name: DecodeMap }) {
  const found = decoded.value;
  if (!found) return null;
  const { mapWidth: width, mapHeight: height } = found.view;
  const map = maps.value[name];
  const title = titleOf(name);
  const at = cell.value ?? candidate.value?.cell ?? { x: 0, y: 0 };
  return (
    <figure class="decode-panel">
      <button
        type="button"
        class="map-button"
        aria-label={`${title}: a click asks about a cell, arrow keys move it`}
        style={{
          aspectRatio: `${width} / ${height}`,
          maxWidth: `calc(var(--map-height) * ${width / height})`,
        }}
        onClick={(event) => {
          if (event.detail > 0) ask(cellAt(event, width, height));
          else chooseCell(at);
        }}
        onKeyDown={(event) => {
          const next = cellMoved(event.key, at, width, height);
          if (!next) return;
          event.preventDefault();
          chooseCell(next);
        }}
      >
        {map && <BitmapCanvas bitmap={map.bitmap} pixelated alt="" />}
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <Marks place={(point) => point} />
        </svg>
      </button>
      <figcaption>
        {title}
        {map && <small>{` ${plain(map.range.min)} to ${plain(map.range.max)}`}</small>}
      </figcaption>
    </figure>
  );
}

/** A click asks about the cell; on a peak it follows that peak. */
function ask(at: Point): void {
  const index = decoded.value?.candidates.findIndex(
    (each) => each.isPeak && each.cell.x === at.x && each.cell.y === at.y,
  );
  if (index !== undefined && index >= 0) choosePeak(index);
  chooseCell(at);
}

function ImagePanel() {
  const image = shown.value;
  const geometry = view.value;
  // Its marks would be those of another image.
  if (!image || !geometry || image.id !== (stale.value ?? chosenImage.value)?.id)
    return <div class="decode-panel" />;
  return (
    <figure class="decode-panel">
      <div class="stage" style={{ aspectRatio: `${image.width} / ${image.height}` }}>
        <BitmapCanvas bitmap={image.bitmap} alt="" />
        <svg viewBox={`0 0 ${image.width} ${image.height}`} aria-hidden="true">
          <Marks place={(point) => geometry.cellToImage(point)} />
        </svg>
      </div>
      <figcaption>
        The image <small>{`${image.width} × ${image.height} pixels`}</small>
      </figcaption>
    </figure>
  );
}

function titleOf(name: DecodeMap): string {
  const { label = "", keypoints } = candidate.value ?? {};
  const point = keypoints?.[keypoint.value]?.name ?? "";
  const { window = 1 } = decoded.value?.view ?? {};
  const titles: Readonly<Record<DecodeMap, string>> = {
    heatmap: `Center heatmap of ${label}`,
    maximum: `Its ${window} × ${window} maximum`,
    peaks: "Where the two are equal: peaks",
    weighted: "Times the weights",
    keypoint: `Heatmap of ${point}`,
    ranking: `Heatmap of ${point}, weighted for this person`,
  };
  return onPage(titles[name]);
}
