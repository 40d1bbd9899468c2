/** Why there is no result, if there is none, and the way on. */
import { ErrorNote } from "../../components/ErrorNote.tsx";
import { resume, run } from "../../state/detection.ts";

export function RunState() {
  const state = run.value;
  if (state.phase === "failed") return <ErrorNote error={state.error} />;
  if (state.phase !== "canceled") return null;
  return (
    <p class="address-notes">
      Canceled.
      <button type="button" onClick={resume}>
        Run again
      </button>
    </p>
  );
}
