/**
 * The runs of the network: on the image that is shown, then on the user's others, one after the other. They start again
 * whenever the settings change.
 */
import { computed, effect, signal, untracked } from "@preact/signals";
import type { Progress } from "../worker/call.ts";
import { CANCELED, isAbort } from "../worker/client.ts";
import type { DetectAnswer } from "../worker/detect.ts";
import type { ChosenImage, Settings } from "../worker/session.ts";
import type { PageHandlers } from "../worker/worker.ts";
import { closeReplaced } from "./bitmaps.ts";
import { isLive } from "./camera.ts";
import { image, ownImages } from "./image.ts";
import { masking } from "./mode.ts";
import { score, settings, testTime } from "./settings.ts";
import { worker } from "./worker.ts";

export type ShownImage = Awaited<ReturnType<PageHandlers["showImage"]>>;

/** What became of an image, under the settings that `key` stands for. */
type Outcome = { readonly key: string } & (
  | { readonly phase: "done"; readonly answer: DetectAnswer }
  | { readonly phase: "failed"; readonly error: Error }
  /** With what was found before, under other settings. */
  | { readonly phase: "canceled"; readonly answer?: DetectAnswer }
);

export type Run =
  | { readonly phase: "waiting" }
  | { readonly phase: "running"; readonly progress: Progress }
  | { readonly phase: "done"; readonly answer: DetectAnswer }
  | { readonly phase: "failed"; readonly error: Error }
  | { readonly phase: "canceled" };

const key = computed(() => JSON.stringify([settings.value, testTime.value]));
/** By the numbers of images. */
const outcomes = signal<ReadonlyMap<number, Outcome>>(new Map());
/** The one run at a time. */
const current = signal<{
  readonly image: ChosenImage;
  readonly key: string;
  readonly settings: Settings;
  readonly controller: AbortController;
} | null>(null);
const progress = signal<Progress>({ text: "" });
/** Whether the user's other images wait until they are asked for. */
const halted = signal(false);

/** The image that is shown, as the worker decoded it. */
export const shown = signal<ShownImage | undefined>(undefined);
closeReplaced(shown);
let showing = new AbortController();

/** How the run on the image that is shown stands. */
export const run = computed<Run>(() => {
  const chosen = image.value;
  if (!chosen) return { phase: "waiting" };
  if (current.value?.image.id === chosen.id) return { phase: "running", progress: progress.value };
  const outcome = outcomes.value.get(chosen.id);
  return outcome?.key === key.value ? outcome : { phase: "waiting" };
});

/** The answer of the last run on the image that is shown, also while another runs. */
export const answer = computed(() => {
  const outcome = image.value && outcomes.value.get(image.value.id);
  return outcome?.phase === "failed" ? undefined : outcome?.answer;
});

/** Those of the answer that reach the chosen score. */
export const detections = computed(() =>
  answer.value?.detections.filter((found) => found.score >= score.value),
);

/** Those of the image that is seen: while another is read, none. */
export const marks = computed(() => (shown.value?.id === image.value?.id ? detections.value : undefined));

/** How far the user's images are. */
export const queue = computed(() => {
  const all = ownImages.value;
  const now = current.value;
  return {
    total: all.length,
    ended: all.filter(({ id }) => outcomes.value.get(id)?.key === key.value).length,
    halted: halted.value,
    /** The image that is run beside the one that is shown. */
    aside: now && now.image.id !== image.value?.id ? now.image : undefined,
  };
});

/** What became of an image of the user's under the present settings. */
export function outcomeOf({ id }: ChosenImage): Outcome | undefined {
  const outcome = outcomes.value.get(id);
  return outcome?.key === key.value ? outcome : undefined;
}

/** A small copy of an image of the user's, once it was read. */
export function thumbnailOf({ id }: ChosenImage): ImageBitmap | undefined {
  const outcome = outcomes.value.get(id);
  return outcome?.phase === "failed" ? undefined : outcome?.answer?.thumbnail;
}

export function isRunning({ id }: ChosenImage): boolean {
  return current.value?.image.id === id;
}

/** Ends the run, and leaves the user's other images alone. */
export function cancel(): void {
  const now = current.value;
  if (!now) return;
  const before = outcomes.value.get(now.image.id);
  settle(now.image, {
    phase: "canceled",
    key: now.key,
    ...(before && before.phase !== "failed" && before.answer && { answer: before.answer }),
  });
  halted.value = true;
  stop(CANCELED);
  if (shown.value?.id !== image.value?.id) showing.abort(CANCELED);
}

/** Runs again what was canceled or failed, and what has waited since. */
export function resume(): void {
  if (shown.value?.id !== image.value?.id) void show(image.value);
  const isWanted = (id: number) => image.value?.id === id;
  outcomes.value = new Map(
    [...outcomes.value].filter(
      ([id, { phase }]) => phase === "done" || !(isWanted(id) || phase === "canceled"),
    ),
  );
  halted.value = false;
}

function settle({ id }: ChosenImage, outcome: Outcome): void {
  outcomes.value = new Map(outcomes.value).set(id, outcome);
}

function stop(reason?: DOMException): void {
  current.value?.controller.abort(reason);
  current.value = null;
}

function nextImage(): ChosenImage | undefined {
  // It would take its time from the camera's frames.
  if (isLive.value) return undefined;
  const isOpen = ({ id }: ChosenImage) => outcomes.value.get(id)?.key !== key.value;
  const chosen = image.value;
  if (masking.value) return undefined;
  if (chosen && isOpen(chosen)) return chosen;
  return halted.value ? undefined : ownImages.value.find(isOpen);
}

/** Starts the next run, unless the one that is under way is to go on. */
function advance(): void {
  const next = nextImage();
  const now = current.value;
  if (now) {
    const isOfUse = now.key === key.value && [image.value, ...ownImages.value].includes(now.image);
    const mustMakeWay = next !== undefined && next === image.value && next !== now.image;
    if (isOfUse && !mustMakeWay) return;
    // What the worker holds of a network is of no use to another one, so it need not be waited for.
    stop(now.settings === settings.value ? undefined : CANCELED);
  }
  if (next) void detect(next);
}

async function detect(chosen: ChosenImage): Promise<void> {
  const own = {
    image: chosen,
    key: key.value,
    settings: settings.value,
    controller: new AbortController(),
  };
  const { signal: aborted } = own.controller;
  progress.value = { text: `reading ${chosen.name}` };
  current.value = own;
  const end = (outcome?: Outcome) => {
    if (current.value !== own) return;
    if (outcome) settle(chosen, outcome);
    current.value = null;
    advance();
  };
  try {
    const found = await worker.call(
      "detect",
      {
        settings: settings.value,
        testTime: testTime.value,
        image: chosen,
        thumbnail: ownImages.value.some((each) => each === chosen),
      },
      {
        signal: aborted,
        onProgress: (told) => {
          if (current.value === own) progress.value = told;
        },
      },
    );
    end({ phase: "done", key: own.key, answer: found });
  } catch (error) {
    if (isAbort(error)) return;
    // It concerns every image.
    if (["ModelError", "BackendError", "WorkerError"].includes((error as Error).name)) halted.value = true;
    end({ phase: "failed", key: own.key, error: error as Error });
  }
}

async function show(chosen: ChosenImage | undefined): Promise<void> {
  if (!chosen) {
    shown.value = undefined;
    return;
  }
  const own = new AbortController();
  showing = own;
  try {
    shown.value = await worker.call("showImage", { image: chosen }, { signal: own.signal });
  } catch (error) {
    // Why it cannot be read, its run says.
    if (!isAbort(error) || own.signal.aborted) shown.value = undefined;
  }
}

/** Forgets what became of images that the user has removed. */
function forget(): void {
  const kept = new Set([image.value, ...ownImages.value].map((each) => each?.id));
  const all = outcomes.value;
  if ([...all.keys()].every((id) => kept.has(id))) return;
  outcomes.value = new Map([...all].filter(([id]) => kept.has(id)));
}

/** Detects now and whenever what it depends on changes. */
export function startDetecting(): void {
  let before = { key: "", images: 0 };
  effect(() => void show(image.value));
  effect(() => {
    const after = { key: key.value, images: ownImages.value.length };
    void [image.value, halted.value, isLive.value, masking.value];
    untracked(() => {
      if (after.key !== before.key || after.images > before.images) halted.value = false;
      before = after;
      forget();
      advance();
    });
  });
}
