/** What can be sent to another thread, and how. */
import type { DetectOptions } from "../detectOptions.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { ImageSource } from "../imageSources/imageSource.ts";
import type { NetworkOptions } from "../network.ts";
import type { PortableChoice, PortableImage, PortableOptions } from "./messages.ts";

/** The image as it can be sent: as it is, if another thread can read it. Undefined if it must be read here. */
export function portableImage(source: ImageSource): PortableImage | undefined {
  if (typeof source === "string" || source instanceof Uint8Array || source instanceof Blob) return source;
  if (source instanceof URL) return source.href;
  return source instanceof ArrayBuffer ? new Uint8Array(source) : undefined;
}

/** The options of `load` as they can be sent; undefined if the weights are open files or a page's. */
export function portableOptions(options: NetworkOptions): PortableOptions | undefined {
  const { onProgress, onPrepare, signal, weights, labelMap, ...rest } = options;
  const isSource = weights === undefined || isSendable(weights);
  if (!isSource) return undefined;
  return { ...rest, weights: sendable(weights), labelMap: sendable(labelMap) };
}

/** What an image thread is to do; functions and signals stay here. */
export function portableChoice({ onTap, onCost, signal, ...choice }: DetectOptions): PortableChoice {
  return choice;
}

/** Memory that is handed over rather than copied: the array's buffer, if it owns all of it. */
export function buffersOf({ buffer, byteLength }: RgbImage["data"]): ArrayBuffer[] {
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isWhole && byteLength > 0 ? [buffer] : [];
}

function isSendable(weights: NonNullable<NetworkOptions["weights"]>): boolean {
  if (typeof weights === "string" || weights instanceof URL || weights instanceof ArrayBuffer) return true;
  return weights instanceof Uint8Array || (weights instanceof Blob && !("name" in weights));
}

/** Structured cloning knows no URL. */
function sendable<Value>(value: Value | URL): Value | string {
  return value instanceof URL ? value.href : value;
}
