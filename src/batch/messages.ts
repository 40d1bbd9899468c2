/** What the calling thread and the threads that work on images tell each other. */

import type { Detection } from "../detection.ts";
import type { DetectOptions } from "../detectOptions.ts";
import type { DetectResult } from "../detectResult.ts";
import type { GeometryData } from "../image/geometry.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { NetworkOptions } from "../network.ts";
import type { DrawingFormat } from "./drawing.ts";
import type { PackedError } from "./packedError.ts";

/** An image as it can be sent: a path or URL, a file's bytes, a Blob, or pixels. */
export type PortableImage = string | Uint8Array | Blob | RgbImage;

/** Without functions and signals, which stay on their thread. */
export type PortableOptions = Omit<NetworkOptions, "onProgress" | "onPrepare" | "signal">;
export type PortableChoice = Omit<DetectOptions, "onTap" | "onCost" | "signal">;

/** The model's name and options by which a thread loads a detector. */
export interface DetectorRecipe {
  readonly name?: string;
  readonly options: PortableOptions;
}

/** What to send back besides the result. */
export interface Wanted {
  /** Draw the detections on the image, as a file of this format. */
  readonly drawing?: DrawingFormat;
  /** Whether the pixels are sent back. If not, the result's image is empty. */
  readonly keepsImage: boolean;
}

export interface Calls {
  load: DetectorRecipe;
  detect: { readonly image: PortableImage; readonly options: PortableChoice; readonly wanted: Wanted };
  decode: { readonly image: PortableImage; readonly where: string };
  /** Does ahead what a first drawing of the format needs. */
  prepareDrawing: { readonly format: DrawingFormat };
  draw: {
    readonly image: RgbImage;
    readonly detections: readonly Detection[];
    readonly format: DrawingFormat;
  };
}

export interface Answers {
  load: undefined;
  detect: { readonly result: PortableResult; readonly drawing?: Uint8Array };
  decode: { readonly image: RgbImage; readonly milliseconds: number };
  prepareDrawing: undefined;
  draw: Uint8Array;
}

/** Structured cloning keeps the numbers of a geometry, not its functions. */
export type PortableResult = Omit<DetectResult, "geometry"> & { readonly geometry: GeometryData };

export type Kind = keyof Calls;

export type ToImageThread = {
  [K in Kind]: { readonly kind: K; readonly call: number } & Calls[K];
}[Kind];

export type FromImageThread =
  | { readonly call: number; readonly value: Answers[Kind] }
  | { readonly call: number; readonly error: PackedError };
