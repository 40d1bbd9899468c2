/**
 * The thread's side: loads a detector, detects, decodes and draws, one call after the other. Only what decodes is loaded
 * with it, so that a first image is decoded soon.
 */
import type { Detector } from "../detect.ts";
import { UsageError } from "../errors.ts";
import { readImageSource } from "../imageSources/readImageSource.ts";
import type { drawingFile } from "./drawing.ts";
import type { Answers, Calls, FromImageThread, Kind, ToImageThread } from "./messages.ts";
import { packError } from "./packedError.ts";
import { buffersOf } from "./portable.ts";

/** The thread's end of the channel: `parentPort` of `node:worker_threads`. */
export interface ImagePort {
  on(event: "message", listener: (message: ToImageThread) => void): unknown;
  postMessage(message: FromImageThread, transfer: ArrayBuffer[]): void;
}

/** Answers every message, in order. */
export function serveImages(port: ImagePort): void {
  let turn: Promise<unknown> = Promise.resolve();
  const calls = new ThreadCalls();
  port.on("message", (message) => {
    turn = turn.then(async () => {
      const { call } = message;
      try {
        const { value, transfer } = await calls.answer(message);
        port.postMessage({ call, value }, transfer);
      } catch (error) {
        port.postMessage({ call, error: packError(error) }, []);
      }
    });
  });
}

interface Answer<K extends Kind> {
  readonly value: Answers[K];
  /** Memory that is handed over rather than copied. */
  readonly transfer: ArrayBuffer[];
}

class ThreadCalls {
  private detector?: Detector;

  answer(message: ToImageThread): Promise<Answer<Kind>> {
    switch (message.kind) {
      case "load":
        return this.load(message);
      case "detect":
        return this.detect(message);
      case "decode":
        return this.decode(message);
      case "prepareDrawing":
        return this.prepareDrawing(message);
      case "draw":
        return this.draw(message);
    }
  }

  private async load({ name, options }: Calls["load"]): Promise<Answer<"load">> {
    const { load } = await import("../detect.ts");
    this.detector = await load(name, options);
    return { value: undefined, transfer: [] };
  }

  private async detect({ image, options, wanted }: Calls["detect"]): Promise<Answer<"detect">> {
    if (!this.detector) throw new UsageError({ where: "detect", expected: "a loaded detector", got: "none" });
    const result = await this.detector.detect(image, options);
    const { drawing: format } = wanted;
    const drawing = format && (await draw(result.image, result.detections, format));
    const { geometry, ...rest } = result;
    const pixels = wanted.keepsImage ? result.image : { ...result.image, data: new Uint8Array(0) };
    return {
      value: { result: { ...rest, geometry: { views: geometry.views }, image: pixels }, drawing },
      transfer: [...buffersOf(pixels.data), ...(drawing ? buffersOf(drawing) : [])],
    };
  }

  private async decode({ image: source, where }: Calls["decode"]): Promise<Answer<"decode">> {
    const start = performance.now();
    const image = await readImageSource(source, where);
    const milliseconds = performance.now() - start;
    return { value: { image, milliseconds }, transfer: buffersOf(image.data) };
  }

  private async prepareDrawing({ format }: Calls["prepareDrawing"]): Promise<Answer<"prepareDrawing">> {
    const { prepareDrawing } = await import("./drawing.ts");
    prepareDrawing(format);
    return { value: undefined, transfer: [] };
  }

  private async draw({ image, detections, format }: Calls["draw"]): Promise<Answer<"draw">> {
    const drawing = await draw(image, detections, format);
    return { value: drawing, transfer: buffersOf(drawing) };
  }
}

async function draw(...[image, detections, format]: Parameters<typeof drawingFile>): Promise<Uint8Array> {
  const { drawingFile } = await import("./drawing.ts");
  return drawingFile(image, detections, format);
}
