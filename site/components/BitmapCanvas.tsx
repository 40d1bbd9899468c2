/** A bitmap from the worker, one pixel of the canvas for each of its own; CSS enlarges it. */
import { useLayoutEffect, useRef } from "preact/hooks";

export function BitmapCanvas({
  bitmap,
  alt,
  pixelated = false,
}: {
  readonly bitmap: ImageBitmap;
  /** In words; an empty text hides it from readers, for what is told beside it. */
  readonly alt: string;
  /** Whether cells stay sharp when enlarged, as maps should. */
  readonly pixelated?: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    canvas.current?.getContext("2d", { alpha: false })?.drawImage(bitmap, 0, 0);
  }, [bitmap]);
  return (
    <canvas
      ref={canvas}
      class={pixelated ? "bitmap pixelated" : "bitmap"}
      width={bitmap.width}
      height={bitmap.height}
      {...(alt ? { role: "img", "aria-label": alt } : { "aria-hidden": true })}
    />
  );
}
