/** Detect's two modes: it shows detections, or masks faces. */
import { computed, signal } from "@preact/signals";
import { hrefOf, noteUnless, route } from "./route.ts";

export const FACE_MODEL = "centerface";
const MASKS = "masks";

/** Whether faces are masked in place of detections shown. */
export const masking = computed(() => route.value.view === "detect" && route.value.params.mode === MASKS);

/** What the line of state says meanwhile, and how to give up what runs. */
export const maskingStatus = signal<{ readonly text: string; readonly cancel?: () => void }>({ text: "" });

export const modeNotes = computed(() =>
  noteUnless("mode", (mode) => mode === MASKS, MASKS, "Detections are shown."),
);

/** The address of the mode that masks faces, and that of the other, each with the settings of this one. */
export function maskingHref(): string {
  const none = { weights: undefined, labels: undefined, size: undefined, flip: undefined, scales: undefined };
  return hrefOf("detect", { mode: MASKS, model: FACE_MODEL, ...none });
}

export function detectionsHref(): string {
  const own = { mask: undefined, shape: undefined, sides: undefined, turns: undefined };
  return hrefOf("detect", { mode: undefined, ...own });
}
