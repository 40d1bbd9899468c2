/** Boxes, skeletons and labels over an image. */
import { COCO_SKELETON, type Detection, SEEN_KEYPOINT } from "centernet";
import { colorClass, marked } from "./marked.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** For readers, the table says the same. */
export function Overlay({
  found,
  width,
  height,
  mirrored = false,
}: Size & {
  readonly found: readonly Detection[];
  /** Whether the image below is shown as in a mirror. The labels stay readable. */
  readonly mirrored?: boolean;
}) {
  return (
    <>
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {found.map((each, index) => (
          <Mark key={index} found={each} index={index} />
        ))}
      </svg>
      {found.map((each, index) => (
        <Tag key={index} found={each} index={index} width={width} height={height} mirrored={mirrored} />
      ))}
    </>
  );
}

function Mark({
  found: { box, keypoints = [] },
  index,
}: {
  readonly found: Detection;
  readonly index: number;
}) {
  const seen = new Map(
    keypoints.filter(({ score }) => score >= SEEN_KEYPOINT).map((point) => [point.name, point]),
  );
  const faded = marked.value !== undefined && marked.value !== index;
  return (
    <g class={`mark ${colorClass(index)}${faded ? " faded" : ""}`}>
      <rect x={box.xmin} y={box.ymin} width={box.xmax - box.xmin} height={box.ymax - box.ymin} />
      {COCO_SKELETON.map(([from, to]) => {
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
  mirrored,
}: Size & {
  readonly found: Detection;
  readonly index: number;
  readonly mirrored: boolean;
}) {
  const percent = (part: number, whole: number) => `${(100 * Math.max(0, part)) / whole}%`;
  const left = mirrored ? width - box.xmax : box.xmin;
  return (
    <span
      class={`tag ${colorClass(index)}`}
      aria-hidden="true"
      style={{ left: percent(left, width), top: percent(box.ymin, height) }}
    >
      {label} {score.toFixed(2)}
    </span>
  );
}
