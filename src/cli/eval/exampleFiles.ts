/** The worst images, drawn: into a folder, and smaller for the report. */
import { basename, join } from "node:path";
import { ImageError } from "../../errors.ts";
import type { Analysis } from "../../evaluation/analysis/analyze.ts";
import { type ImageMarks, imageMarks } from "../../evaluation/analysis/imageMarks.ts";
import type { WorstImage } from "../../evaluation/analysis/worstImages.ts";
import type { AnnotatedImage } from "../../evaluation/reading/annotations.ts";
import { exampleImage } from "../../evaluationReport/exampleImage.ts";
import type { ReportExample } from "../../evaluationReport/examples.ts";
import { decodeImage, encodeJpeg } from "../../image/imageFile.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import { stemOf } from "../files/outputNames.ts";
import { readImage } from "../files/readImage.ts";
import { refuseExisting, writeNewFile } from "../files/writeAtomically.ts";
import type { Session } from "../io.ts";

interface WorstEntry {
  readonly reason: "missed" | "wrong";
  /** From 1. */
  readonly rank: number;
  readonly about: WorstImage;
  readonly image: AnnotatedImage;
  /** `missed-01-000000397133.jpg`. */
  readonly fileName: string;
}

/** The entries of both lists, each with the name of its drawing. */
function worstEntries({ worst, outcomes }: Analysis): WorstEntry[] {
  const { images } = outcomes.arranged.annotations;
  return (["missed", "wrong"] as const).flatMap((reason) =>
    worst[reason].map((about, i) => {
      const image = images[about.image];
      const stem = stemOf(basename(nameOf(image).replaceAll("\\", "/"))).replace(/[^\p{L}\p{N}._-]/gu, "_");
      const rank = String(i + 1).padStart(Math.max(2, String(worst[reason].length).length), "0");
      return { reason, rank: i + 1, about, image, fileName: `${reason}-${rank}-${stem.slice(0, 120)}.jpg` };
    }),
  );
}

function nameOf({ fileName, id }: AnnotatedImage): string {
  return fileName === "" ? String(id) : fileName;
}

export interface DrawnExamples {
  readonly examples: readonly ReportExample[];
  /** Paths of the drawings, as the user sees them. */
  readonly written: readonly string[];
  /** Images without a file in the folder, or that could not be read: a line each. */
  readonly failed: readonly string[];
}

/** Of each half of an example in the report. */
const EXAMPLE_SIDE = 400;
const EXAMPLE_QUALITY = 80;
const QUALITY = 90;

/**
 * Reads each image once, draws it, and lets go of it.
 *
 * @throws UsageError if the folder cannot be written to, or has a file of one of the drawings' names.
 */
export async function drawExamples(
  analysis: Analysis,
  files: ReadonlyMap<string, string>,
  { draw, forReport }: { readonly draw?: string; readonly forReport: boolean },
  session: Session,
): Promise<DrawnExamples> {
  const entries = worstEntries(analysis);
  const folder = draw === undefined ? undefined : await OutputFolder.open(draw, "--draw");
  if (folder) for (const { fileName } of entries) await refuseExisting(join(folder.path, fileName), "--draw");
  const marks = imageMarks(
    analysis.outcomes,
    entries.map(({ about }) => about.image),
    analysis.score,
  );
  const byImage = new Map<number, WorstEntry[]>();
  for (const entry of entries)
    byImage.set(entry.about.image, [...(byImage.get(entry.about.image) ?? []), entry]);
  const examples: ReportExample[] = [];
  const written: string[] = [];
  const failed: string[] = [];
  for (const [image, same] of byImage) {
    session.signal.throwIfAborted();
    const path = files.get(same[0].image.fileName);
    if (path === undefined) {
      failed.push(`${nameOf(same[0].image)}: not in the folder of images`);
      continue;
    }
    try {
      const decoded = decodeImage(await readImage(path, session), path);
      const own = marks.get(image) ?? NO_MARKS;
      if (folder) {
        const bytes = encodeJpeg(exampleImage(decoded, own), QUALITY);
        for (const { fileName } of same) {
          const drawing = join(folder.path, fileName);
          await writeNewFile(drawing, bytes);
          written.push(drawing);
        }
      }
      if (forReport) {
        const small = exampleImage(decoded, own, { maxSide: EXAMPLE_SIDE });
        const bytes = encodeJpeg(small, EXAMPLE_QUALITY);
        for (const {
          reason,
          rank,
          about,
          image: { fileName },
        } of same) {
          examples.push({
            reason,
            rank,
            name: fileName,
            about,
            bytes,
            mediaType: "image/jpeg",
            width: small.width,
            height: small.height,
          });
        }
      }
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      failed.push(error.message);
    }
  }
  examples.sort((a, b) => a.rank - b.rank);
  return { examples, written: written.sort(), failed };
}

const NO_MARKS: ImageMarks = { truth: [], found: [] };
