/** The newest run of a network on an image, kept for all that is then asked of it. */
import type { Detector } from "centernet";
import type { Call } from "./call.ts";
import { runningInWords } from "./layerProgress.ts";
import { type ChosenImage, detectorFor, type Settings } from "./session.ts";

export class LastRun<Result> {
  private last?: { readonly image: number; readonly detector: Detector; readonly result: Promise<Result> };

  constructor(
    private readonly run: (detector: Detector, image: ChosenImage, signal?: AbortSignal) => Promise<Result>,
  ) {}

  /** The run at hand, or a new one in its place, which `signal` ends. */
  async of(
    { settings, image }: { readonly settings: Settings; readonly image: ChosenImage },
    call: Call,
    signal?: AbortSignal,
  ): Promise<Result> {
    const detector = await detectorFor(settings, call);
    if (this.last?.image !== image.id || this.last.detector !== detector) {
      call.progress({ text: runningInWords(detector) });
      const started = { image: image.id, detector, result: this.run(detector, image, signal) };
      this.last = started;
      started.result.catch(() => {
        if (this.last === started) this.last = undefined;
      });
    }
    const { result } = this.last;
    call.signal.throwIfAborted();
    return result;
  }
}
