/** The user's images side by side, each with what became of it. */
import { oneLine } from "centernet";
import { useEffect, useRef } from "preact/hooks";
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { isRunning, outcomeOf, queue, resume, thumbnailOf } from "../../state/detection.ts";
import {
  chooseOwn,
  image,
  type OwnImage,
  ownImages,
  removeAllImages,
  removeImage,
} from "../../state/image.ts";
import { score } from "../../state/settings.ts";

/** What the strip shows of each image. */
export interface StripContent {
  stateOf(own: OwnImage): ItemState;
  thumbnailOf(own: OwnImage): ImageBitmap | undefined;
}

const DETECTIONS: StripContent = { stateOf: detectionState, thumbnailOf };

export function ImageStrip({ content = DETECTIONS }: { readonly content?: StripContent }) {
  const all = ownImages.value;
  if (all.length === 0) return null;
  const shown = all.find((own) => own === image.value);
  const { ended, total, halted } = queue.value;
  const isQueued = content === DETECTIONS && ended < total;
  return (
    <section class="strip" aria-label="Your images">
      <ul>
        {all.map((own) => (
          <Item key={own.id} own={own} content={content} />
        ))}
      </ul>
      <div class="row">
        <span class="note">
          {total === 1 ? "1 image" : `${total} images`}
          {isQueued && `, ${ended} of them done`}
        </span>
        {halted && isQueued && (
          <button type="button" class="quiet" onClick={resume}>
            Go on
          </button>
        )}
        {shown && (
          <button type="button" class="quiet" onClick={() => removeImage(shown)}>
            Remove {oneLine(shown.name)}
          </button>
        )}
        {total > 1 && (
          <button type="button" class="quiet" onClick={removeAllImages}>
            Remove all
          </button>
        )}
      </div>
      {content === DETECTIONS && <Failures />}
    </section>
  );
}

function Item({ own, content }: { readonly own: OwnImage; readonly content: StripContent }) {
  const thumbnail = content.thumbnailOf(own);
  const state = content.stateOf(own);
  const name = oneLine(own.name);
  const isShown = image.value === own;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isShown) button.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isShown]);
  return (
    <li>
      <button
        ref={button}
        type="button"
        aria-current={isShown ? "true" : undefined}
        aria-label={`${name}: ${state.words}`}
        title={name}
        onClick={() => chooseOwn(own)}
      >
        <span class="thumbnail">{thumbnail && <BitmapCanvas bitmap={thumbnail} alt="" />}</span>
        <span class="strip-name">{name}</span>
        {/* The button's label says it in full. */}
        <span class={`strip-state ${state.kind}`} data-text={state.short} />
      </button>
    </li>
  );
}

export interface ItemState {
  readonly kind: "found" | "failed" | "open";
  readonly short: string;
  readonly words: string;
}

function detectionState(own: OwnImage): ItemState {
  const outcome = outcomeOf(own);
  if (isRunning(own)) return { kind: "open", short: "running", words: "running" };
  if (!outcome) return { kind: "open", short: "waiting", words: "waiting" };
  if (outcome.phase === "canceled") return { kind: "open", short: "canceled", words: "canceled" };
  if (outcome.phase === "failed") return { kind: "failed", short: "✕ error", words: outcome.error.message };
  const count = outcome.answer.detections.filter((found) => found.score >= score.value).length;
  return {
    kind: "found",
    short: `${count} found`,
    words: `${count} ${count === 1 ? "detection" : "detections"}`,
  };
}

/** The sentence of each image that failed, of those that are not shown: the shown one has it below. */
function Failures() {
  const failed = ownImages.value.flatMap((own) => {
    const outcome = outcomeOf(own);
    return outcome?.phase === "failed" && own !== image.value ? [{ own, error: outcome.error }] : [];
  });
  if (failed.length === 0) return null;
  return (
    <details>
      <summary>{failed.length === 1 ? "1 image" : `${failed.length} images`} without a result</summary>
      <ul class="failures">
        {failed.map(({ own, error }) => (
          <li key={own.id}>{error.message}</li>
        ))}
      </ul>
    </details>
  );
}
