/** What the chosen peak's numbers mean at a step, drawn over a map or over the image. */
import type { Point } from "centernet";
import { candidate, cell, decoded, keypoint, peak, step, view, why } from "./decode.ts";

export interface Marking {
  /** From cells of the map to what is drawn on. */
  readonly place: (point: Point) => Point;
}

export function Marks({ place }: Marking) {
  const found = candidate.value;
  const geometry = view.value;
  const name = step.value?.name;
  if (!found || !geometry || !name) return null;
  const center = found.offset && { x: found.cell.x + found.offset.x, y: found.cell.y + found.offset.y };
  const box = found.boxInCells;
  const point = found.keypoints?.[keypoint.value];
  const isOfKeypoint = name === "regressed" || name === "weights" || name === "chosen" || name === "refined";
  const toCell = (inImage: Point) => geometry.imageToCell(inImage);
  return (
    <g class="marks">
      {name === "peaks" &&
        decoded.value?.candidates.map(
          (each, index) =>
            each.isPeak && (
              <CellFrame key={index} at={each.cell} place={place} faint={index !== peak.value} />
            ),
        )}
      {!isOfKeypoint && <CellFrame at={found.cell} place={place} />}
      {center && (name === "offset" || name === "size" || name === "box") && (
        <>
          <Line from={found.cell} to={center} place={place} />
          <Dot at={center} place={place} />
        </>
      )}
      {name === "size" && center && found.size && (
        <>
          <Line
            from={{ x: center.x - found.size.width / 2, y: center.y }}
            to={{ x: center.x + found.size.width / 2, y: center.y }}
            place={place}
          />
          <Line
            from={{ x: center.x, y: center.y - found.size.height / 2 }}
            to={{ x: center.x, y: center.y + found.size.height / 2 }}
            place={place}
          />
        </>
      )}
      {box && (name === "box" || isOfKeypoint || name === "image") && (
        <Frame
          from={{ x: box.xmin, y: box.ymin }}
          to={{ x: box.xmax, y: box.ymax }}
          place={place}
          faint={isOfKeypoint}
        />
      )}
      {isOfKeypoint && point && (
        <>
          <Line
            from={center ?? { x: found.cell.x + 0.5, y: found.cell.y + 0.5 }}
            to={toCell(point.regressed)}
            place={place}
          />
          <Dot at={toCell(point.regressed)} place={place} />
          {point.candidate && name !== "regressed" && <CellFrame at={point.candidate.cell} place={place} />}
          {name === "refined" && <Dot at={toCell(point)} place={place} strong />}
        </>
      )}
      {name === "image" &&
        found.keypoints?.map((each) => <Dot key={each.name} at={toCell(each)} place={place} strong />)}
      <Asked place={place} />
    </g>
  );
}

/** The cell that was asked about, and the neighbor that beats it. */
function Asked({ place }: Marking) {
  const asked = cell.value;
  if (!asked) return null;
  const larger = why.value?.cell.x === asked.x && why.value.cell.y === asked.y ? why.value.larger : undefined;
  const middle = ({ x, y }: Point) => ({ x: x + 0.5, y: y + 0.5 });
  return (
    <g class="asked">
      <CellFrame at={asked} place={place} />
      {larger && <Line from={middle(asked)} to={middle(larger)} place={place} />}
    </g>
  );
}

function CellFrame({ at, place, faint = false }: Marking & { readonly at: Point; readonly faint?: boolean }) {
  return <Frame from={at} to={{ x: at.x + 1, y: at.y + 1 }} place={place} faint={faint} />;
}

function Frame({
  from,
  to,
  place,
  faint = false,
}: Marking & { readonly from: Point; readonly to: Point; readonly faint?: boolean }) {
  const [a, b] = [place(from), place(to)];
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const size = { width: Math.abs(b.x - a.x), height: Math.abs(b.y - a.y) };
  return (
    <Rimmed class={faint ? "faint" : ""} d={`M${x} ${y}h${size.width}v${size.height}h${-size.width}z`} />
  );
}

function Line({ from, to, place }: Marking & { readonly from: Point; readonly to: Point }) {
  const [a, b] = [place(from), place(to)];
  return <Rimmed d={`M${a.x} ${a.y}L${b.x} ${b.y}`} />;
}

function Dot({ at, place, strong = false }: Marking & { readonly at: Point; readonly strong?: boolean }) {
  const { x, y } = place(at);
  return <Rimmed class={strong ? "dot strong" : "dot"} d={`M${x} ${y}h0`} />;
}

/** Light on a dark rim, which shows on every map. */
function Rimmed({ d, class: name = "" }: { readonly d: string; readonly class?: string }) {
  return (
    <>
      <path class={`rim ${name}`} d={d} />
      <path class={`line ${name}`} d={d} />
    </>
  );
}
