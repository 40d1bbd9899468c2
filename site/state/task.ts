/** Work that the page waits for: its progress, its end, and giving it up. A new run gives up the one before. */
import { type Signal, signal } from "@preact/signals";
import type { Progress } from "../worker/call.ts";
import { CANCELED, isAbort } from "../worker/client.ts";

export type TaskState =
  | { readonly phase: "idle" }
  | { readonly phase: "running"; readonly progress?: Progress }
  | { readonly phase: "canceled"; readonly progress?: Progress }
  | { readonly phase: "failed"; readonly error: Error };

interface Tools {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Task {
  readonly state: Signal<TaskState>;
  run(work: (tools: Tools) => Promise<void>): Promise<void>;
  /** The user wants it no more. */
  cancel(): void;
  /** The same work as before: the user wants it after all. */
  again(): void;
  /** Nobody looks at it any more. */
  end(): void;
}

export function task(): Task {
  const state = signal<TaskState>({ phase: "idle" });
  let controller = new AbortController();
  let last: ((tools: Tools) => Promise<void>) | undefined;
  const own: Task = {
    state,
    cancel: () => controller.abort(CANCELED),
    again: () => last && void own.run(last),
    end() {
      controller.abort();
      state.value = { phase: "idle" };
    },
    async run(work) {
      controller.abort();
      last = work;
      const now = new AbortController();
      controller = now;
      const set = (next: TaskState) => {
        if (controller === now) state.value = next;
      };
      set({ phase: "running" });
      try {
        await work({
          signal: now.signal,
          onProgress: (progress) => {
            if (!now.signal.aborted) set({ phase: "running", progress });
          },
        });
        set({ phase: "idle" });
      } catch (error) {
        if (!isAbort(error)) set({ phase: "failed", error: error as Error });
        else set(now.signal.reason === CANCELED ? { ...state.peek(), phase: "canceled" } : { phase: "idle" });
      }
    },
  };
  return own;
}
