/** Work that the page waits for: its progress, its end, and giving it up. A new run gives up the one before. */
import { type Signal, signal } from "@preact/signals";
import type { Progress } from "../worker/call.ts";
import { CANCELED, isAbort } from "../worker/client.ts";

export type TaskState =
  | { readonly phase: "idle" }
  | { readonly phase: "running"; readonly progress?: Progress }
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
  /** Nobody looks at it any more. */
  end(): void;
}

export function task(): Task {
  const state = signal<TaskState>({ phase: "idle" });
  let controller = new AbortController();
  return {
    state,
    cancel: () => controller.abort(CANCELED),
    end: () => controller.abort(),
    async run(work) {
      controller.abort();
      const own = new AbortController();
      controller = own;
      const set = (next: TaskState) => {
        if (controller === own) state.value = next;
      };
      set({ phase: "running" });
      try {
        await work({
          signal: own.signal,
          onProgress: (progress) => {
            if (!own.signal.aborted) set({ phase: "running", progress });
          },
        });
        set({ phase: "idle" });
      } catch (error) {
        set(isAbort(error) ? { phase: "idle" } : { phase: "failed", error: error as Error });
      }
    },
  };
}
