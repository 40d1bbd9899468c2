/** One line that says what goes on, for eyes and readers. */
import { computed } from "@preact/signals";
import { isLive, liveText } from "../state/camera.ts";
import { cancel, detections, queue, run } from "../state/detection.ts";

const text = computed(() => {
  if (isLive.value) return liveText.value;
  const state = run.value;
  if (state.phase === "running") return state.progress.text;
  if (state.phase === "failed") return "Failed";
  if (state.phase === "canceled") return "Canceled";
  if (state.phase === "waiting") return "No image";
  const { aside, ended, total } = queue.value;
  if (aside) return `image ${ended + 1} of ${total}: ${aside.name}`;
  const count = detections.value?.length ?? 0;
  return `${count === 0 ? "No" : count} ${count === 1 ? "detection" : "detections"}`;
});

export function StatusLine() {
  const state = run.value;
  const { aside, ended, total } = queue.value;
  const fraction = state.phase === "running" ? state.progress.fraction : aside && ended / total;
  return (
    <div class="status">
      {!isLive.value && (state.phase === "running" || aside) && (
        <>
          <progress max={1} {...(fraction !== undefined && { value: fraction })} aria-label="Progress" />
          <button type="button" class="quiet" onClick={cancel}>
            Cancel
          </button>
        </>
      )}
      <span role="status">{text}</span>
    </div>
  );
}
