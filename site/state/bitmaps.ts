/** Bitmaps take megabytes that the garbage collector does not see. */
import { effect, type ReadonlySignal } from "@preact/signals";

/** Frees the bitmap of each value once another has taken its place. Nobody else may keep it. */
export function closeReplaced(of: ReadonlySignal<{ readonly bitmap: ImageBitmap } | undefined>): void {
  let last = of.peek();
  effect(() => {
    const now = of.value;
    if (now !== last) last?.bitmap.close();
    last = now;
  });
}
