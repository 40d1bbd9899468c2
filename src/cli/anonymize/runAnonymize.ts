import { facesToMask } from "../../anonymize/facesToMask.ts";
import { readPlainImage, writeMasked } from "../../anonymize/rewriteImage.ts";
import { type Detector, load } from "../../detect.ts";
import { concernsEveryImage, ImageError } from "../../errors.ts";
import type { Backend } from "../../executors/backends.ts";
import type { Mask, MaskShape } from "../../image/mask/maskFaces.ts";
import type { WasmBuild } from "../../kernels/kernel.ts";
import { CENTERFACE } from "../../models/centerface/centerface.ts";
import { withFlagNames } from "../arguments/flagNames.ts";
import { EXIT, errorMessage, Interruption, isSilent } from "../failures.ts";
import { findImages, type ImageFile, isLocal } from "../files/findImages.ts";
import { readImage } from "../files/readImage.ts";
import { print, printError, type Session } from "../io.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { type Progress, startProgress } from "../terminal/progress.ts";
import { type MaskedImage, maskReport } from "./maskReport.ts";
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

/** Masks the faces of all images. An image that fails leaves no file; the others are still written. */
export async function runAnonymize(
  inputs: readonly string[],
  flags: AnonymizeFlags,
  session: Session,
): Promise<void> {
  const others: string[] = [];
  const images = [...(await findImages(inputs, [flags.out], (paths) => others.push(...paths)))];
  for (const image of images) refuseRemote(image);
  const files = await NewFiles.open(flags.out, images, flags.numbered ?? false);
  try {
    const { backend, threads, build } = flags;
    const detector = await load(CENTERFACE, { backend, threads, build, signal: session.signal });
    const progress = startProgress(session.stderr, images.length);
    try {
      await maskAll(images, { flags, detector, files, progress, others }, session);
    } finally {
      progress.stop();
      await detector.dispose();
    }
  } finally {
    await files.close();
  }
}

interface Run {
  readonly flags: AnonymizeFlags;
  readonly detector: Detector;
  readonly files: NewFiles;
  readonly progress: Progress;
  /** Files of other kinds beside the images. */
  readonly others: readonly string[];
}

async function maskAll(images: readonly ImageFile[], run: Run, session: Session): Promise<void> {
  const { signal } = session;
  const done: MaskedImage[] = [];
  let failed = 0;
  try {
    for (const image of images) {
      signal.throwIfAborted();
      try {
        done.push(await masked(image, run, session));
      } catch (error) {
        if (concernsEveryImage(error) || error === signal.reason) throw error;
        failed++;
        run.progress.hide();
        const message = errorMessage(withFlagNames(error), session.debug);
        const isNamed = message.startsWith(image.path);
        printError(session, `not written: ${isNamed ? message : `${image.path}: ${message}`}`);
      }
      run.progress.update(done.length + failed);
    }
  } catch (error) {
    if (!(error instanceof Interruption) || isSilent(error)) throw error;
    const kept = done.length > 0 ? "; their new files are kept" : "";
    const message = `${error.message} after ${done.length + failed} of ${images.length} images${kept}`;
    throw new Interruption(message, error.exitCode);
  } finally {
    run.progress.stop();
    for (const line of maskReport(done, run.flags)) print(session, line);
  }
  if (run.others.length > 0) print(session, notReadAtAll(run.others));
  if (failed === 0) return;
  session.exitCode = EXIT.images;
  print(session, `${formatCounted(failed, "image")} failed and ${failed === 1 ? "was" : "were"} not written`);
}

function notReadAtAll(others: readonly string[]): string {
  const files = formatCounted(others.length, "file");
  return `${files} of other kinds ${others.length === 1 ? "was" : "were"} not read and not written, such as ${others[0]}`;
}

/** Addresses and standard input have no original beside which a new file could be compared. */
function refuseRemote(image: ImageFile): void {
  if (isLocal(image)) return;
  const got = image.path === "-" ? "standard input" : "an address";
  throw new ImageError({
    where: image.path,
    expected: "a file of this machine",
    got,
    hint: "Save it first.",
  });
}

async function masked(
  image: ImageFile,
  { flags: { score, sides, turns, mask, shape }, detector: { network }, files }: Run,
  session: Session,
): Promise<MaskedImage> {
  const { signal } = session;
  const plain = readPlainImage(await readImage(image.path, session), image.path);
  const masks = { mask, shape };
  const search = { score, sides, turns, where: image.path, signal };
  const found = await facesToMask(network, plain.image, { ...search, ...masks });
  const bytes = writeMasked(plain, found.rows, masks);
  signal.throwIfAborted();
  const path = await files.write(image, plain.format === "png" ? ".png" : ".jpg", bytes);
  return { image: image.path, found, path };
}
