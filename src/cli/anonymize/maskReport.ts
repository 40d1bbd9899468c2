/** The table of what was masked, and what has to be said beside it. */
import type { FacesToMask } from "../../anonymize/facesToMask.ts";
import { JPEG_QUALITY } from "../../anonymize/rewriteImage.ts";
import { isWeakMask, type Mask, type MaskShape } from "../../image/mask/maskFaces.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";

/** An image whose new file was written. */
export interface MaskedImage {
  readonly image: string;
  readonly found: FacesToMask;
  readonly path: string;
}

interface Masks {
  readonly mask: Mask;
  readonly shape: MaskShape;
}

export function maskReport(rows: readonly MaskedImage[], masks: Masks): string[] {
  if (rows.length === 0) return [];
  const table = formatTable(
    [
      { heading: "image", align: "left" },
      { heading: "faces", align: "right" },
      { heading: "masks", align: "right" },
      { heading: "best score", align: "right" },
      { heading: "smallest findable", align: "right" },
      { heading: "written", align: "left" },
    ],
    rows.map(({ image, found: { faces, rows: covered, smallestFace }, path }) => [
      image,
      String(faces.length),
      String(covered.length),
      faces[0]?.best.score.toFixed(2) ?? "",
      `${smallestFace} px`,
      path,
    ]),
  );
  const sum = (count: (found: FacesToMask) => number) =>
    rows.reduce((total, { found }) => total + count(found), 0);
  const all = `${formatCounted(
    sum(({ faces }) => faces.length),
    "face",
  )} masked in ${formatCounted(rows.length, "image")}`;
  return [
    ...table,
    `${all}; JPEGs at quality ${JPEG_QUALITY}, no metadata`,
    ...searchedAgain(sum(({ foundLater }) => foundLater)),
    ...weakness(
      masks,
      sum(({ foundBelow }) => foundBelow),
    ),
    ...unsettled(rows),
    "No detector finds every face: look at each image. Clothes, name tags and number plates stay.",
  ];
}

function searchedAgain(later: number): string[] {
  if (later === 0) return [];
  return [`${formatCounted(later, "face")} of them found only when the masked images were searched again`];
}

function weakness(masks: Masks, below: number): string[] {
  if (!isWeakMask(masks)) return [];
  const { mask, shape } = masks;
  const again = below === 0 ? "" : ` This program found ${formatCounted(below, "face")} again.`;
  return [`The masks are weak (${mask}, ${shape}): software may find or restore faces below them.${again}`];
}

function unsettled(rows: readonly MaskedImage[]): string[] {
  return rows.flatMap(({ path, found: { settled } }) =>
    settled ? [] : [`${path}: each further search of the masked image found more, the last of them too`],
  );
}
