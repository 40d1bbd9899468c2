/** How far a task is, with a way to give it up; or why it failed. */
import type { Task } from "../state/task.ts";
import { ErrorNote } from "./ErrorNote.tsx";

export function TaskLine({ of }: { readonly of: Task }) {
  const state = of.state.value;
  if (state.phase === "failed") return <ErrorNote error={state.error} />;
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
