/** The image with its masks, as the new file will show it; a mask is drawn with the pointer, or added with a button. */
import { signal } from "@preact/signals";
import { type Box, grownBox } from "centernet";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { image, ownImageMissing } from "../../state/image.ts";
import { addMask, drawnMasks, found, marked, opened, preview, removed } from "./masks.ts";

/** Whether touches draw instead of scrolling the page; a mouse and a pen always draw. */
const touchDraws = signal(false);
const draft = signal<{ readonly from: Point; readonly to: Point } | undefined>(undefined);
/** Shorter ways, in pixels of the screen, are clicks. */
const MIN_WAY = 4;

interface Point {
  readonly x: number;
  readonly y: number;
}

export function MaskStage() {
  const isMissing = ownImageMissing.value;
  const shown = opened.value;
  if (isMissing || !shown || shown.id !== image.value?.id) {
    return (
      <div class="stage empty">
        {isMissing && (
          <p>
            This address is of an image of the user's own, and such images are never part of an address.
            Choose it below, or take a sample.
          </p>
        )}
      </div>
    );
  }
  const { width, height } = shown;
  const masked = preview.value?.id === shown.id ? preview.value : undefined;
  return (
    <>
      <figure class="stage fitted mask-stage" style={{ "--ratio": String(width / height) }}>
        <BitmapCanvas bitmap={(masked ?? shown).bitmap} alt="" />
        {/* What it shows, the table says; masks are added by a button, too. */}
        <svg
          viewBox={`0 0 ${width} ${height}`}
          aria-hidden="true"
          class={touchDraws.value ? "drawing" : undefined}
          onPointerDown={start}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={() => (draft.value = undefined)}
        >
          {found.value?.faces.map(({ outline }, index) => (
            <Outline
              key={`face ${index}`}
              of={outline}
              name={removed.value.has(index) ? "taken-away" : "found"}
              isMarked={marked.value === `face ${index}`}
            />
          ))}
          {drawnMasks.value.map(({ number, box }) => (
            <Outline
              key={`drawn ${number}`}
              of={grownBox(box)}
              name="drawn"
              isMarked={marked.value === `drawn ${number}`}
            />
          ))}
          {draft.value && <Outline of={grownBox(boxOf(draft.value))} name="draft" isMarked />}
        </svg>
        {found.value?.faces.map(({ outline }, index) => (
          <Label key={`face ${index}`} text={String(index + 1)} of={outline} size={shown} />
        ))}
        {drawnMasks.value.map(({ number, box }, index) => (
          <Label key={`drawn ${number}`} text={`drawn ${index + 1}`} of={grownBox(box)} size={shown} />
        ))}
      </figure>
      <div class="row mask-tools">
        <button type="button" onClick={() => addInTheMiddle(width, height)}>
          Add a mask
        </button>
        <button
          type="button"
          class="touch-only"
          aria-pressed={touchDraws.value}
          onClick={() => (touchDraws.value = !touchDraws.value)}
        >
          Draw by touch
        </button>
        <p class="note">
          Drag over the image to draw a mask. Masks grow beyond what is drawn, as those of faces do.
        </p>
      </div>
    </>
  );
}

function Outline({
  of: { xmin, ymin, xmax, ymax },
  name,
  isMarked,
}: {
  readonly of: Box;
  readonly name: string;
  readonly isMarked: boolean;
}) {
  const className = `mask-outline ${name}${isMarked ? " marked" : ""}`;
  return <rect class={className} x={xmin} y={ymin} width={xmax - xmin} height={ymax - ymin} />;
}

/** As the table names it, in the page's own size of text. */
function Label({
  text,
  of,
  size: { width, height },
}: {
  readonly text: string;
  readonly of: Box;
  readonly size: { readonly width: number; readonly height: number };
}) {
  const percent = (part: number, whole: number) => `${(100 * Math.max(0, part)) / whole}%`;
  const style = { left: percent(of.xmin, width), top: percent(of.ymin, height) };
  return (
    <span class="mask-label" aria-hidden="true" style={style}>
      {text}
    </span>
  );
}

function boxOf({ from, to }: { readonly from: Point; readonly to: Point }): Box {
  return {
    xmin: Math.min(from.x, to.x),
    ymin: Math.min(from.y, to.y),
    xmax: Math.max(from.x, to.x),
    ymax: Math.max(from.y, to.y),
  };
}

/** In pixels of the image; beyond its border, on it. */
function pointOf(event: PointerEvent): Point {
  const target = event.currentTarget as SVGSVGElement;
  const { left, top, width, height } = target.getBoundingClientRect();
  const view = target.viewBox.baseVal;
  const within = (part: number, side: number) => Math.min(side, Math.max(0, part * side));
  return {
    x: within((event.clientX - left) / width, view.width),
    y: within((event.clientY - top) / height, view.height),
  };
}

function start(event: PointerEvent): void {
  if (event.button !== 0 || (event.pointerType === "touch" && !touchDraws.value)) return;
  event.preventDefault();
  (event.currentTarget as Element).setPointerCapture(event.pointerId);
  const point = pointOf(event);
  draft.value = { from: point, to: point };
}

function move(event: PointerEvent): void {
  if (draft.value) draft.value = { ...draft.value, to: pointOf(event) };
}

function end(event: PointerEvent): void {
  const drawn = draft.value;
  draft.value = undefined;
  if (!drawn) return;
  const target = event.currentTarget as SVGSVGElement;
  const scale = target.getBoundingClientRect().width / target.viewBox.baseVal.width;
  const box = boxOf(drawn);
  if (Math.max(box.xmax - box.xmin, box.ymax - box.ymin) * scale >= MIN_WAY) addMask(box);
}

/** A fifth of the shorter side; its row takes the focus, so that arrow keys move it. */
function addInTheMiddle(width: number, height: number): void {
  const half = Math.min(width, height) / 10;
  const [x, y] = [width / 2, height / 2];
  const added = addMask({ xmin: x - half, ymin: y - half, xmax: x + half, ymax: y + half });
  if (added) requestAnimationFrame(() => document.getElementById(`drawn-${added.number}`)?.focus());
}
