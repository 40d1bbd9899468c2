/** How far a task is, with a way to give it up, and then a way back; or why it failed. */
import type { Task } from "../state/task.ts";
import { ErrorNote } from "./ErrorNote.tsx";

export function TaskLine({
  of,
  hasOwnButton = false,
}: {
  readonly of: Task;
  /** Whether the view has a button of its own that starts it. */
  readonly hasOwnButton?: boolean;
}) {
  const state = of.state.value;
  if (state.phase === "failed") return <ErrorNote error={state.error} />;
  if (state.phase === "canceled") {
    const { text } = state.progress ?? {};
    return (
      <p class="task">
        <span role="status">{text ? `Canceled: ${text}` : "Canceled."}</span>
        {!hasOwnButton && (
          <button type="button" onClick={of.again}>
            Run again
          </button>
        )}
      </p>
    );
  }
  if (state.phase !== "running") return null;
  const { text = "working", fraction } = state.progress ?? {};
  return (
    <p class="task">
      <progress max={1} {...(fraction !== undefined && { value: fraction })} aria-label="Progress" />
      <span>{text}</span>
      <button type="button" class="quiet" onClick={of.cancel}>
        Cancel
      </button>
    </p>
  );
}
