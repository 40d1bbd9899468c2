/** One line that says what goes on, for eyes and readers. */
import { computed } from "@preact/signals";
import { oneLine } from "centernet";
import { isLive, liveText } from "../state/camera.ts";
import { cancel, detections, queue, run } from "../state/detection.ts";
import { masking, maskingStatus } from "../state/mode.ts";

const text = computed(() => {
  if (isLive.value) return liveText.value;
  const state = run.value;
  if (masking.value) return maskingStatus.value.text;
  if (state.phase === "running") return state.progress.text;
  if (state.phase === "failed") return "Failed";
  if (state.phase === "canceled") return "Canceled";
  if (state.phase === "waiting") return "No image";
  const { aside, ended, total } = queue.value;
  if (aside) return `image ${ended + 1} of ${total}: ${oneLine(aside.name)}`;
  const count = detections.value?.length ?? 0;
  return `${count === 0 ? "No" : count} ${count === 1 ? "detection" : "detections"}`;
});

/** What can be given up here. */
function running(): { readonly fraction?: number; readonly cancel: () => void } | undefined {
  if (isLive.value) return undefined;
  const { cancel: cancelMasking } = maskingStatus.value;
  if (masking.value) return cancelMasking && { cancel: cancelMasking };
  const state = run.value;
  if (state.phase === "running") return { fraction: state.progress.fraction, cancel };
  const { aside, ended, total } = queue.value;
  return aside && { fraction: ended / total, cancel };
}

export function StatusLine() {
  const now = running();
  const { fraction } = now ?? {};
  return (
    <div class="status">
      {now && (
        <>
          <progress max={1} {...(fraction !== undefined && { value: fraction })} aria-label="Progress" />
          <button type="button" class="quiet" onClick={now.cancel}>
            Cancel
          </button>
        </>
      )}
      <span role="status">{text}</span>
    </div>
  );
}
