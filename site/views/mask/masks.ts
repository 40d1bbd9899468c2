/** The masks of each image: what was found, what the user took away, and what the user drew. */
import { computed, effect, signal, untracked } from "@preact/signals";
import type { Box } from "centernet";
import { closeReplaced } from "../../state/bitmaps.ts";
import { image, ownImages } from "../../state/image.ts";
import { maskingStatus } from "../../state/mode.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import { isAbort } from "../../worker/client.ts";
import type { Masked } from "../../worker/mask.ts";
import type { ChosenImage } from "../../worker/session.ts";
import type { PageHandlers } from "../../worker/worker.ts";
import { faceSettings, maskOptions, search } from "./maskSettings.ts";

export type OpenedImage = Awaited<ReturnType<PageHandlers["maskOpen"]>>;
export type FoundMasks = Awaited<ReturnType<PageHandlers["maskSearch"]>>;
export type FoundMask = FoundMasks["faces"][number];

/** A box of the user's, told apart by its number. */
export interface DrawnMask {
  readonly number: number;
  readonly box: Box;
}

interface ImageMasks {
  /** The settings of the search. */
  readonly key: string;
  readonly found?: FoundMasks;
  /** Why there is none. */
  readonly error?: Error;
  /** Places of faces in the list that are not masked. */
  readonly removed: ReadonlySet<number>;
}

/** What a search depends on beside the image. */
export const key = computed(() => JSON.stringify([faceSettings.value, search.value]));
/** By the numbers of images. Drawn masks stay when an image is searched again; removed ones come back. */
const searched = signal<ReadonlyMap<number, ImageMasks>>(new Map());
const drawn = signal<ReadonlyMap<number, readonly DrawnMask[]>>(new Map());
/** Small copies of images that were opened. */
const thumbnails = signal<ReadonlyMap<number, ImageBitmap>>(new Map());
let lastNumber = 0;

export const searching = task();

/** The image that is shown, without masks. */
export const opened = signal<(OpenedImage & { readonly id: number }) | undefined>(undefined);
/** The image that is shown, with its masks, once they are known. */
export const preview = signal<{ readonly id: number; readonly bitmap: ImageBitmap } | undefined>(undefined);
closeReplaced(preview);
/** Whether the preview has every change of the masks. */
export const isPreviewed = signal(false);
/** The mask under the pointer or the focus: `face 1`, `drawn 3`. */
export const marked = signal<string | undefined>(undefined);

const current = computed(() => {
  const masks = image.value && searched.value.get(image.value.id);
  return masks?.key === key.value ? masks : undefined;
});

export const found = computed(() => current.value?.found);
export const failure = computed(() => current.value?.error);
export const removed = computed<ReadonlySet<number>>(() => current.value?.removed ?? new Set());
export const drawnMasks = computed(() => drawnOf(image.value));

function drawnOf(chosen: ChosenImage | undefined): readonly DrawnMask[] {
  return (chosen && drawn.value.get(chosen.id)) ?? [];
}

/** How an image's masks stand, in words; undefined until it was looked at under these settings. */
export function masksOf({ id }: ChosenImage): { readonly count: number; readonly error?: Error } | undefined {
  const masks = searched.value.get(id);
  if (masks?.key !== key.value) return undefined;
  const faces = (masks.found?.faces.length ?? 0) - masks.removed.size;
  return { count: faces + (drawn.value.get(id)?.length ?? 0), ...(masks.error && { error: masks.error }) };
}

/** An image that was searched, with its masks as the user left them. */
export function maskedOf(chosen: ChosenImage): Masked | undefined {
  const masks = searched.value.get(chosen.id);
  if (masks?.key !== key.value || !masks.found) return undefined;
  const kept = masks.found.faces.filter((_, index) => !masks.removed.has(index));
  const faces = kept.flatMap(({ boxes }) => [...boxes]);
  const own = drawnOf(chosen).flatMap(({ box }) => [box.xmin, box.ymin, box.xmax, box.ymax]);
  return { image: chosen, boxes: Float64Array.from([...faces, ...own]), options: maskOptions.value };
}

/** Takes a face's mask away, or brings it back. */
export function toggleFace(index: number): void {
  const chosen = image.value;
  const masks = current.value;
  if (!chosen || !masks) return;
  const after = new Set(masks.removed);
  if (!after.delete(index)) after.add(index);
  searched.value = new Map(searched.value).set(chosen.id, { ...masks, removed: after });
}

export function addMask(box: Box): DrawnMask | undefined {
  const chosen = image.value;
  if (!chosen) return undefined;
  const added = { number: ++lastNumber, box };
  drawn.value = new Map(drawn.value).set(chosen.id, [...drawnOf(chosen), added]);
  return added;
}

export function changeMask({ number }: DrawnMask, box: Box): void {
  setDrawn((each) => (each.number === number ? { number, box } : each));
}

export function removeMask({ number }: DrawnMask): void {
  setDrawn((each) => (each.number === number ? undefined : each));
}

function setDrawn(change: (mask: DrawnMask) => DrawnMask | undefined): void {
  const chosen = image.value;
  if (!chosen) return;
  const after = drawnOf(chosen).flatMap((each) => change(each) ?? []);
  drawn.value = new Map(drawn.value).set(chosen.id, after);
}

export function thumbnailOf({ id }: ChosenImage): ImageBitmap | undefined {
  return thumbnails.value.get(id);
}

async function open(chosen: ChosenImage): Promise<void> {
  opened.value = undefined;
  preview.value = undefined;
  try {
    const image = await worker.call("maskOpen", { image: chosen });
    opened.value = { ...image, id: chosen.id };
    thumbnails.value = new Map(thumbnails.value).set(chosen.id, image.thumbnail);
  } catch {
    // Why it cannot be read, its search says.
  }
}

async function find(chosen: ChosenImage): Promise<void> {
  const own = key.value;
  const settle = (masks: Pick<ImageMasks, "found" | "error">) => {
    searched.value = new Map(searched.value).set(chosen.id, { key: own, removed: new Set(), ...masks });
  };
  await searching.run(async (tools) => {
    const params = { image: chosen, settings: faceSettings.value, search: search.value };
    try {
      settle({ found: await worker.call("maskSearch", params, tools) });
    } catch (error) {
      if (isAbort(error)) throw error;
      settle({ error: error as Error });
    }
  });
}

/** Searches the image that is shown again, after it was canceled. */
export function searchAgain(): void {
  if (image.value) void find(image.value);
}

async function showMasked(masked: Masked): Promise<void> {
  isPreviewed.value = false;
  try {
    const bitmap = await worker.call("maskPreview", masked);
    if (image.value?.id !== masked.image.id) return;
    preview.value = { id: masked.image.id, bitmap };
    isPreviewed.value = true;
  } catch (error) {
    if (!isAbort(error)) preview.value = undefined;
  }
}

/** Keeps nothing of images that the user has removed. */
function forget(): void {
  const kept = new Set([image.value, ...ownImages.value].map((each) => each?.id));
  const of = <Value>(map: ReadonlyMap<number, Value>) => new Map([...map].filter(([id]) => kept.has(id)));
  searched.value = of(searched.value);
  drawn.value = of(drawn.value);
  thumbnails.value = of(thumbnails.value);
}

const status = computed(() => {
  const state = searching.state.value;
  if (state.phase === "running") {
    return { text: state.progress?.text ?? "opening the image", cancel: searching.cancel };
  }
  if (failure.value) return { text: "Failed" };
  const masks = image.value && masksOf(image.value);
  if (!masks) return { text: image.value ? "Canceled" : "No image" };
  return { text: `${masks.count === 0 ? "No" : masks.count} ${masks.count === 1 ? "mask" : "masks"}` };
});

/** Searches the image that is shown, now and whenever what it depends on changes; ends with the mode. */
export function startMasking(): () => void {
  const ends = [
    effect(() => {
      const chosen = image.value;
      untracked(() => {
        forget();
        if (chosen) void open(chosen);
      });
    }),
    effect(() => {
      const chosen = image.value;
      void key.value;
      untracked(() => {
        if (chosen && !current.value) void find(chosen);
        else searching.cancel();
      });
    }),
    effect(() => {
      const masked = image.value && maskedOf(image.value);
      if (masked) void showMasked(masked);
    }),
    effect(() => {
      maskingStatus.value = status.value;
    }),
  ];
  return () => {
    searching.cancel();
    for (const end of ends) end();
  };
}
