/** The masks in words: what the outlines over the image show, for readers and for keys. */
import type { Box } from "centernet";
import {
  changeMask,
  type DrawnMask,
  drawnMasks,
  found,
  marked,
  opened,
  removed,
  removeMask,
  toggleFace,
} from "./masks.ts";
import { stillFound } from "./stillFound.ts";

export function MaskTable() {
  const faces = found.value?.faces;
  if (!faces) return null;
  const own = drawnMasks.value;
  if (faces.length + own.length === 0) {
    return (
      <p class="empty-note">
        No face was found. A face may still be there: look at the image, and draw a mask over what must not be
        seen.
      </p>
    );
  }
  return (
    <table class="numbers masks">
      <caption>
        {inWords(faces.length - removed.value.size + own.length)}
        {removed.value.size > 0 && `, ${removed.value.size} taken away`}
      </caption>
      <thead>
        <tr>
          <th scope="col">mask</th>
          <th scope="col">score</th>
          <th scope="col">size</th>
          <th scope="col">change</th>
        </tr>
      </thead>
      <tbody>
        {faces.map(({ score, box }, index) => {
          const isRemoved = removed.value.has(index);
          const name = `face ${index}`;
          return (
            <tr key={name} {...marking(name)} class={isRemoved ? "taken-away" : undefined}>
              <td>
                face {index + 1}
                {isRemoved && " (shown)"}
                <StillFound name={name} />
              </td>
              <td>{score.toFixed(3)}</td>
              <td>{sizeOf(box)}</td>
              <td>
                <button type="button" class="quiet" onClick={() => toggleFace(index)}>
                  {isRemoved ? "Mask again" : "Take away"}
                  <span class="visually-hidden"> face {index + 1}</span>
                </button>
              </td>
            </tr>
          );
        })}
        {own.map((mask, index) => (
          <Drawn key={`drawn ${mask.number}`} mask={mask} place={index + 1} />
        ))}
      </tbody>
    </table>
  );
}

function Drawn({ mask, place }: { readonly mask: DrawnMask; readonly place: number }) {
  const { box, number } = mask;
  return (
    <tr {...marking(`drawn ${number}`)}>
      <td>
        drawn {place}
        <StillFound name={`drawn ${number}`} />
      </td>
      <td />
      <td>{sizeOf(box)}</td>
      <td>
        <button
          type="button"
          class="quiet"
          id={`drawn-${number}`}
          aria-label={`Move drawn ${place}, at ${Math.round(box.xmin)}, ${Math.round(box.ymin)}: arrow keys move it, with Shift they change its size, Delete removes it`}
          title="Arrow keys move it, with Shift they change its size"
          onKeyDown={(event) => moveByKey(event, mask)}
        >
          Move ←↑↓→
        </button>
        <button type="button" class="quiet" onClick={() => removeMask(mask)}>
          Remove<span class="visually-hidden"> drawn {place}</span>
        </button>
      </td>
    </tr>
  );
}

/** Below a weak mask. */
function StillFound({ name }: { readonly name: string }) {
  const score = stillFound.value?.get(name);
  return score === undefined ? null : <small class="below">still found, {score.toFixed(2)}</small>;
}

function inWords(count: number): string {
  return count === 1 ? "1 mask" : `${count} masks`;
}

function sizeOf({ xmin, ymin, xmax, ymax }: Box): string {
  return `${Math.round(xmax - xmin)} × ${Math.round(ymax - ymin)} px`;
}

function marking(name: string) {
  const set = () => (marked.value = name);
  const clear = () => (marked.value = undefined);
  return { onMouseEnter: set, onMouseLeave: clear, onFocusCapture: set, onBlurCapture: clear };
}

const MOVES: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** Of the image's longer side. */
const STEPS = 100;

function moveByKey(event: KeyboardEvent, mask: DrawnMask): void {
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    removeMask(mask);
    return;
  }
  const move = MOVES[event.key];
  const size = opened.value;
  if (!move || !size) return;
  event.preventDefault();
  const step = Math.max(1, Math.round(Math.max(size.width, size.height) / STEPS));
  const [x, y] = [move[0] * step, move[1] * step];
  const { xmin, ymin, xmax, ymax } = mask.box;
  if (event.shiftKey) {
    const [right, bottom] = [Math.min(xmax + x, size.width), Math.min(ymax + y, size.height)];
    changeMask(mask, { xmin, ymin, xmax: Math.max(right, xmin + step), ymax: Math.max(bottom, ymin + step) });
    return;
  }
  const dx = Math.min(Math.max(x, -xmin), size.width - xmax);
  const dy = Math.min(Math.max(y, -ymin), size.height - ymax);
  changeMask(mask, { xmin: xmin + dx, ymin: ymin + dy, xmax: xmax + dx, ymax: ymax + dy });
}
