/** The image, with boxes and skeletons over it. */
import { BitmapCanvas } from "../../components/BitmapCanvas.tsx";
import { answer, marks, shown } from "../../state/detection.ts";
import { ownImageMissing } from "../../state/image.ts";
import { Overlay } from "./Overlay.tsx";

export function Stage() {
  const image = shown.value;
  if (ownImageMissing.value) {
    return (
      <div class="stage empty">
        <p>
          This address is of an image of the user's own, and such images are never part of an address. Choose
          it below, or take a sample.
        </p>
      </div>
    );
  }
  if (!image) return <div class="stage empty" />;
  const { bitmap, width, height } = image;
  return (
    <figure class="stage fitted" style={{ "--ratio": String(width / height) }} data-runs={answer.value?.runs}>
      <BitmapCanvas bitmap={bitmap} alt="" />
      <Overlay found={marks.value ?? []} width={width} height={height} />
    </figure>
  );
}
