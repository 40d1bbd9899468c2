import { findFaces } from "../../anonymize/findFaces.ts";
import { JPEG_QUALITY, readPlainImage, writePlainImage } from "../../anonymize/rewriteImage.ts";
import { type Detector, load } from "../../detect.ts";
import { BackendError, ImageError, ModelError } from "../../errors.ts";
import type { Backend } from "../../executors/backends.ts";
import { type Mask, type MaskShape, maskedPixels, maskFaces } from "../../image/mask/maskFaces.ts";
import type { WasmBuild } from "../../kernels/kernel.ts";
import { CENTERFACE } from "../../models/centerface/centerface.ts";
import { EXIT, errorMessage } from "../failures.ts";
import { findImages, type ImageFile, isLocal } from "../files/findImages.ts";
import { readImage } from "../files/readImage.ts";
import { print, printError, type Session } from "../io.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";
import { NewFiles } from "./newFiles.ts";

/** The options of `centernet anonymize`. */
export interface AnonymizeFlags {
  readonly out: string;
  readonly mask: Mask;
  readonly shape: MaskShape;
  readonly score: number;
  readonly sides: readonly number[];
  readonly turns?: boolean;
  readonly numbered?: boolean;
  readonly backend?: Backend;
  readonly threads?: number;
  readonly build?: WasmBuild;
}

interface Row {
  readonly image: string;
  readonly faces: number;
  readonly masks: number;
  readonly best?: number;
  readonly smallest: number;
  readonly path: string;
}

/** Masks the faces of all images. An image that fails leaves no file; the others are still written. */
export async function runAnonymize(
  inputs: readonly string[],
  flags: AnonymizeFlags,
  session: Session,
): Promise<void> {
  const images = await findImages(inputs, [flags.out]);
  for (const image of images) refuseRemote(image);
  const files = await NewFiles.open(flags.out, images, flags.numbered ?? false);
  const { backend, threads, build } = flags;
  const { signal } = session;
  const detector = await load(CENTERFACE, { backend, threads, build, signal });
  const rows: Row[] = [];
  let failed = 0;
  try {
    for (const image of images) {
      signal.throwIfAborted();
      try {
        rows.push(await anonymized(image, flags, detector, files, session));
      } catch (error) {
        if (error instanceof ModelError || error instanceof BackendError || error === signal.reason)
          throw error;
        failed++;
        printError(session, `${image.path}: not written: ${errorMessage(error, session.debug)}`);
      }
    }
  } finally {
    await detector.dispose();
    for (const line of report(rows, flags)) print(session, line);
  }
  if (failed === 0) return;
  session.exitCode = EXIT.images;
  print(session, `${formatCounted(failed, "image")} failed and ${failed === 1 ? "was" : "were"} not written`);
}

/** Addresses and standard input have no original beside which a new file could be compared. */
function refuseRemote(image: ImageFile): void {
  if (isLocal(image)) return;
  const hint = "Save it first.";
  throw new ImageError({ where: image.path, expected: "a file of this machine", got: "none", hint });
}

async function anonymized(
  image: ImageFile,
  { score, sides, turns, mask, shape }: AnonymizeFlags,
  { network }: Detector,
  files: NewFiles,
  session: Session,
): Promise<Row> {
  const { signal } = session;
  const plain = readPlainImage(await readImage(image.path, session), image.path);
  const found = await findFaces(network, plain.image, { score, sides, turns, where: image.path, signal });
  const options = { mask, shape };
  const masked = maskFaces(plain.image, found.rows, options);
  const bytes = writePlainImage(plain, masked, () => maskedPixels(plain.image, found.rows, options));
  signal.throwIfAborted();
  const path = await files.write(image, plain.format === "png" ? ".png" : ".jpg", bytes);
  const { faces, rows, smallestFace: smallest } = found;
  return {
    image: image.path,
    faces: faces.length,
    masks: rows.length,
    best: faces[0]?.score,
    smallest,
    path,
  };
}

function report(rows: readonly Row[], { mask, shape }: AnonymizeFlags): string[] {
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
    rows.map(({ image, faces, masks, best, smallest, path }) => [
      image,
      String(faces),
      String(masks),
      best === undefined ? "" : best.toFixed(2),
      `${smallest} px`,
      path,
    ]),
  );
  const isWeak = mask !== "solid" || shape === "ellipse";
  const weak = `The masks are weak (${mask}, ${shape}): software may find or restore faces below them.`;
  return [
    ...table,
    `${formatCounted(
      rows.reduce((sum, { faces }) => sum + faces, 0),
      "face",
    )} masked in ${formatCounted(rows.length, "image")}; JPEGs at quality ${JPEG_QUALITY}, no metadata`,
    ...(isWeak ? [weak] : []),
    "No detector finds every face: look at each image. Clothes, name tags and number plates stay.",
  ];
}
