import { ImageError } from "../errors.ts";
import { type FileKind, fileKind } from "../support/fileKind/fileKind.ts";

/** The way out for a file that is no JPEG or PNG, by what it is. */
const HINTS: Readonly<Record<FileKind["family"], string>> = {
  image: "Convert it to JPEG or PNG.",
  video: "",
  weights: "Give weights as the option weights.",
  archive: "Unpack it first.",
  text: "Check that it is the image that was meant.",
  other: "Convert it to JPEG or PNG.",
};

/** The error for bytes that are neither a JPEG nor a PNG image. `start` is the beginning, or all of them. */
export function unreadableImage(
  start: Uint8Array,
  where: string,
  { length = start.length, cause }: { length?: number; cause?: unknown } = {},
): ImageError {
  const { family, what: got, hint = HINTS[family] } = fileKind(start, length);
  const expected = "a JPEG or PNG image";
  const fault = { where, expected, got, hint: family === "video" ? framesHint(where) : hint };
  return new ImageError(fault, { cause });
}

/** How to make images of a video, which `path` names if it is one. */
export function framesHint(path: string): string {
  const file = path.includes(".") ? path : "video.mp4";
  // A name that begins with a hyphen would be an option.
  const name = file.startsWith("-") ? `./${file}` : file;
  const quoted = /^[\w./+,:@%-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
  const command = `mkdir frames && ffmpeg -i ${quoted} -vf fps=2 -q:v 2 frames/%05d.jpg`;
  return `Run ${command} to get two images per second, then name the folder frames.`;
}
