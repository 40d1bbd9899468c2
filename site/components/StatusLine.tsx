/** One line that says what goes on, for eyes and readers. */
import { computed } from "@preact/signals";
import { cancel, detections, run } from "../state/detection.ts";

const text = computed(() => {
  const state = run.value;
  if (state.phase === "running") return state.progress.text;
  if (state.phase === "failed") return "Failed";
  if (state.phase === "canceled") return "Canceled";
  if (state.phase === "waiting") return "No image";
  const count = detections.value?.length ?? 0;
  return `${count === 0 ? "No" : count} ${count === 1 ? "detection" : "detections"}`;
});

export function StatusLine() {
  const state = run.value;
  const fraction = state.phase === "running" ? state.progress.fraction : undefined;
  return (
    <div class="status">
      {state.phase === "running" && (
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
