import { extname, join, sep } from "node:path";
import type { ImageFile } from "./findImages.ts";

/**
 * The path of each image's drawing below the output folder: the image's path within the searched folder, as
 * `.png` if the image is one and as `.jpg` otherwise. Further images with the same name are numbered
 * (`name-2.jpg`). Case is ignored, as many file systems do. With an `ending` all names end with it instead.
 */
export function outputNames(images: readonly ImageFile[], ending?: string): string[] {
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  return images.map(({ relativePath }) => {
    const extension = extname(relativePath);
    const known = /^\.(jpe?g|png)$/i.test(extension);
    const stem = inside(known ? relativePath.slice(0, -extension.length) : relativePath);
    const suffix = ending ?? (extension.toLowerCase() === ".png" ? ".png" : ".jpg");
    const first = stem + suffix;
    let name = first;
    while (taken.has(comparable(name))) {
      const number = (numbers.get(comparable(first)) ?? 1) + 1;
      numbers.set(comparable(first), number);
      name = `${stem}-${number}${suffix}`;
    }
    taken.add(comparable(name));
    return name;
  });
}

/** The path without its extension. */
export function stemOf(path: string): string {
  return path.replace(/\.[^./\\]*$/, "");
}

/** The form in which case-insensitive file systems compare names. */
export function comparable(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The path without `..`, so that it cannot leave the folder it is joined to. */
function inside(path: string): string {
  const parts = path.split(sep).filter((part) => part !== "..");
  // Bytes that are not UTF-8 are lone surrogates, which no name can have.
  return join(...parts).replace(/[\udc80-\udcff]/gu, "\ufffd");
}
