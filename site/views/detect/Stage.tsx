/** The image, with boxes and skeletons over it. */
import type { Detection } from "centernet";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { marks, shown } from "../../state/detection.ts";
import { ownImageMissing } from "../../state/image.ts";
import { colorClass, marked } from "./marked.ts";
import { SKELETON } from "./skeleton.ts";

/** A keypoint with at least this score is drawn. */
const SEEN = 0.2;

export function Stage() {
  const image = shown.value;
  if (ownImageMissing.value) {
    return (
      <div class="stage empty">
        <p>
          This address is of an image of the user's own, and such images are never part of an address. Choose
          it below, or take a sample.
        </p>
      </div>
    );
  }
  if (!image) return <div class="stage empty" />;
  const { bitmap, width, height } = image;
  return (
    <figure class="stage fitted" style={{ "--ratio": String(width / height) }}>
      <BitmapCanvas bitmap={bitmap} alt="" />
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {marks.value?.map((found, index) => (
          <Mark key={index} found={found} index={index} />
        ))}
      </svg>
      {marks.value?.map((found, index) => (
        <Tag key={index} found={found} index={index} width={width} height={height} />
      ))}
    </figure>
  );
}

function Mark({
  found: { box, keypoints = [] },
  index,
}: {
  readonly found: Detection;
  readonly index: number;
}) {
  const seen = new Map(keypoints.filter(({ score }) => score >= SEEN).map((point) => [point.name, point]));
  const faded = marked.value !== undefined && marked.value !== index;
  return (
    <g class={`mark ${colorClass(index)}${faded ? " faded" : ""}`}>
      <rect x={box.xmin} y={box.ymin} width={box.xmax - box.xmin} height={box.ymax - box.ymin} />
      {SKELETON.map(([from, to]) => {
        const [a, b] = [seen.get(from), seen.get(to)];
        return a && b && <line key={`${from} ${to}`} x1={a.x} y1={a.y} x2={b.x} y2={b.y} />;
      })}
      {[...seen.values()].map(({ name, x, y }) => (
        <path key={name} class="joint" d={`M${x} ${y}h0`} />
      ))}
    </g>
  );
}

/** In the page's own size of text, whatever the image's. */
function Tag({
  found: { box, label, score },
  index,
  width,
  height,
}: {
  readonly found: Detection;
  readonly index: number;
  readonly width: number;
  readonly height: number;
}) {
  const percent = (part: number, whole: number) => `${(100 * Math.max(0, part)) / whole}%`;
  return (
    <span
      class={`tag ${colorClass(index)}`}
      aria-hidden="true"
      style={{ left: percent(box.xmin, width), top: percent(box.ymin, height) }}
    >
      {label} {score.toFixed(2)}
    </span>
  );
}
