/** The run of the network on the chosen image: it starts again whenever the image or the settings change. */
import { computed, effect, signal } from "@preact/signals";
import type { Progress } from "../worker/call.ts";
import { isAbort } from "../worker/client.ts";
import type { PageHandlers } from "../worker/worker.ts";
import { image } from "./image.ts";
import { score, settings } from "./settings.ts";
import { worker } from "./worker.ts";

export type DetectAnswer = Awaited<ReturnType<PageHandlers["detect"]>>;
export type ShownImage = Awaited<ReturnType<PageHandlers["showImage"]>>;

export type Run =
  | { readonly phase: "waiting" }
  | { readonly phase: "running"; readonly progress: Progress }
  | { readonly phase: "done"; readonly answer: DetectAnswer }
  | { readonly phase: "failed"; readonly error: Error }
  | { readonly phase: "canceled" };

export const run = signal<Run>({ phase: "waiting" });
export const shown = signal<ShownImage | undefined>(undefined);
let controller = new AbortController();

/** The answer of the last run that ended well, also while another runs. */
export const answer = signal<DetectAnswer | undefined>(undefined);

/** Those that reach the chosen score. */
export const detections = computed(() =>
  answer.value?.detections.filter((found) => found.score >= score.value),
);

export function cancel(): void {
  controller.abort();
}

async function detect(): Promise<void> {
  const chosen = image.value;
  const wanted = settings.value;
  controller.abort();
  controller = new AbortController();
  const { signal: aborted } = controller;
  if (!chosen) {
    run.value = { phase: "waiting" };
    shown.value = undefined;
    answer.value = undefined;
    return;
  }
  const progressed = (progress: Progress) => {
    if (!aborted.aborted) run.value = { phase: "running", progress };
  };
  progressed({ text: `reading ${chosen.name}` });
  try {
    const showing = worker.call("showImage", { image: chosen }, { signal: aborted });
    const found = worker.call(
      "detect",
      { settings: wanted, image: chosen },
      { signal: aborted, onProgress: progressed },
    );
    found.catch(() => {});
    shown.value = await showing;
    const result = await found;
    answer.value = result;
    run.value = { phase: "done", answer: result };
  } catch (error) {
    if (!isAbort(error)) {
      answer.value = undefined;
      run.value = { phase: "failed", error: error as Error };
    } else if (controller.signal === aborted) run.value = { phase: "canceled" };
  }
}

/** Detects now and whenever what it depends on changes. */
export function startDetecting(): void {
  effect(() => {
    void image.value;
    void settings.value;
    void detect();
  });
}
