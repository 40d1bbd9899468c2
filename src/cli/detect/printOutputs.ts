import { sep } from "node:path";
import { oneLine } from "../../errors.ts";
import { printError, type Session } from "../io.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import type { DrawingFolder } from "./drawingFolder.ts";
import type { Outputs } from "./outputs.ts";
import type { WrittenFiles } from "./writtenFiles.ts";

/** A note is one line, whatever the names in it hold. */
export const printNote: Print = (session, line) => printError(session, oneLine(line));

type Print = (session: Session, line: string) => void;

/** Says where everything went: on standard error if standard output holds the JSON. */
export function printOutputs(
  { drawings, heatmaps, activations, crops, savedPaths }: Outputs,
  done: number,
  say: Print,
  session: Session,
): void {
  if (drawings) printDrawings(drawings, say, session);
  if (heatmaps) printPlace("heatmaps", heatmaps.written, heatmaps.folder, say, session);
  if (activations) {
    const { count, first } = activations.written;
    printPlace("activations", { count, first: asFolder(first) }, activations.folder, say, session);
  }
  if (crops && crops.count > 0) {
    say(session, `${formatCounted(crops.count, "crop")}: ${crops.folder}${sep}`);
  }
  if (savedPaths.length > 0 && done > 0) say(session, `saved: ${savedPaths.join(", ")}`);
}

/** The only path, or the folder that holds them all. */
function printPlace(
  what: string,
  { count, first }: Pick<WrittenFiles, "count" | "first">,
  folder: string,
  say: Print,
  session: Session,
): void {
  if (count > 0) say(session, `${what}: ${count === 1 ? first : asFolder(folder)}`);
}

function asFolder(path: string): string {
  return `${path}${sep}`;
}

function printDrawings({ written, renamed, folder }: DrawingFolder, say: Print, session: Session): void {
  printPlace("drawn", written, folder, say, session);
  for (const { path, image } of renamed.first) say(session, `  ${path} shows ${image.path}`);
  const more = renamed.count - renamed.first.length;
  if (more > 0) say(session, `  and ${more} more, numbered in input order`);
}
