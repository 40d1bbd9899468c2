/** Leads from one mode of Detect to the other. */
import { detectionsHref, masking, maskingHref } from "../../state/mode.ts";

export function ModeLinks() {
  const page = (isHere: boolean) => (isHere ? ("page" as const) : undefined);
  return (
    <nav class="modes" aria-label="Modes of Detect">
      <a href={detectionsHref()} aria-current={page(!masking.value)}>
        Show detections
      </a>
      <a href={maskingHref()} aria-current={page(masking.value)}>
        Mask faces
      </a>
    </nav>
  );
}
