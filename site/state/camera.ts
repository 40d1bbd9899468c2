/** Whether Detect shows the camera in place of an image. All else about it is fetched when it is first started. */
import { signal } from "@preact/signals";
import type { FrameAnswer } from "../worker/detect.ts";

/** Never part of the address: a camera starts upon a click alone. */
export const isLive = signal(false);
/** The newest frame that was detected, with what was found in it. */
export const frame = signal<FrameAnswer | undefined>(undefined);
/** How the camera does, for the line of state. */
export const liveText = signal("");
