/**
 * `#jpegEncoder` in Node: libjpeg-turbo as WebAssembly. It takes 14 ms for 1080 x 600, where jpeg-js takes 45, and 90 before
 * V8 has optimized it. A page keeps to jpeg-js, which saves it 140 kB of download.
 *
 * The package gives the encoded bytes no more room than the pixels take, and writes on where that does not suffice: for
 * pictures of a few pixels, and for noise at a high quality. What was written beyond is never used: jpeg-js encodes
 * such images.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { RgbImage } from "../rgbImage.ts";
import { encodeRgb as encodeByJpegJs } from "./jpegJsEncoder.ts";

const PACKAGE = "@cornerstonejs/codec-libjpeg-turbo-8bit";
const NO_SUBSAMPLING = 0; // TJSAMP_444
const packageRequire = createRequire(import.meta.url);

/** What the package's script makes of the object that it is called with (Emscripten). */
interface Turbo {
  printErr(): void;
  instantiateWasm(imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void): object;
  JPEGEncoder?: new () => TurboEncoder;
}

/** Its arrays are views of the instance's memory. */
interface TurboEncoder {
  getDecodedBuffer(frame: {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: 8;
    readonly componentCount: 3;
    readonly isSigned: false;
  }): Uint8Array;
  setQuality(quality: number): void;
  setSubSampling(kind: number): void;
  setProgressive(isProgressive: boolean): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
}

let compiled: WebAssembly.Module | undefined;
let prepared: TurboEncoder | undefined;

/** A baseline JPEG without chroma subsampling. The caller has checked the sides and the quality. */
export function encodeRgb(image: RgbImage, quality: number): Uint8Array<ArrayBuffer> {
  return encodeByTurbo(image, quality) ?? encodeByJpegJs(image, quality);
}

/** Loads the encoder ahead of the next image. */
export function prepareEncoder(): void {
  try {
    prepared ??= newEncoder();
  } catch {
    // Whoever encodes does without it.
  }
}

/** Undefined if the encoder fails, or needed more bytes than it has. */
function encodeByTurbo(
  { width, height, data }: RgbImage,
  quality: number,
): Uint8Array<ArrayBuffer> | undefined {
  try {
    // An instance for each image: it is spoiled once it has written beyond its room, and its memory never shrinks.
    const encoder = prepared ?? newEncoder();
    prepared = undefined;
    const frame = { width, height, bitsPerSample: 8, componentCount: 3, isSigned: false } as const;
    encoder.getDecodedBuffer(frame).set(data);
    encoder.setQuality(quality);
    encoder.setSubSampling(NO_SUBSAMPLING);
    encoder.setProgressive(false);
    encoder.encode();
    const encoded = encoder.getEncodedBuffer();
    return encoded.length <= data.length ? new Uint8Array(encoded) : undefined;
  } catch {
    return undefined;
  }
}

function newEncoder(): TurboEncoder {
  compiled ??= new WebAssembly.Module(readFileSync(packageRequire.resolve(`${PACKAGE}/wasm`)));
  const module = compiled;
  const turbo: Turbo = {
    printErr() {},
    instantiateWasm(imports, receive) {
      receive(new WebAssembly.Instance(module, imports));
      return {};
    },
  };
  // The object itself tells whether it has started; a rejection that nobody awaits would end the thread.
  packageRequire(`${PACKAGE}/wasmjs`)(turbo).catch(() => {});
  if (!turbo.JPEGEncoder) throw new Error(`${PACKAGE} did not start`);
  return new turbo.JPEGEncoder();
}
