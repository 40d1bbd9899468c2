/**
 * What `detect` takes as an image. The types describe what is used of an object: they need no DOM library, and objects of
 * another realm (a frame, a test runner's sandbox) fit as well.
 */

/** The bytes of a file, where one is, pixels, or what a browser can draw. */
export type ImageSource =
  | Uint8Array
  | ArrayBuffer
  | AddressSource
  | BlobSource
  | ResponseSource
  | RawImage
  | RawResult
  | BrowserImage;

/** A path in Node, Deno and Bun; a URL everywhere. In a browser, a relative URL starts at the page. */
export type AddressSource = string | { readonly href: string; toString(): string };

/** A `Blob` or `File`. */
export interface BlobSource {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What `fetch` returns. */
export interface ResponseSource {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Pixels, 8 bits per channel, row by row: gray (1 channel), gray and alpha (2), RGB (3) or RGBA (4), as in `ImageData`
 * and in what sharp's `raw()` returns. Alpha is dropped.
 */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Default: what the length of `data` says. */
  readonly channels?: number;
}

/** What sharp's `toBuffer({ resolveWithObject: true })` returns, after `raw()` or as a file. */
export interface RawResult {
  readonly data: RawImage["data"];
  readonly info: Omit<RawImage, "data"> & { readonly format?: string };
}

/** `ImageBitmap`, `HTMLCanvasElement`, `OffscreenCanvas`, `HTMLImageElement`, `HTMLVideoElement`, `VideoFrame`. */
export type BrowserImage =
  | { readonly width: number; readonly height: number; close(): void }
  | { readonly width: number; readonly height: number; getContext(...args: never[]): unknown }
  | { readonly naturalWidth: number; readonly naturalHeight: number; decode(): Promise<void> }
  | { readonly videoWidth: number; readonly videoHeight: number; readonly readyState: number }
  | { readonly displayWidth: number; readonly displayHeight: number; close(): void };
