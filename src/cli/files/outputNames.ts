import { extname, join, sep } from "node:path";
import type { ImageFile } from "./findImages.ts";

/**
 * For each image the path of its drawing below the output folder: where it lay within the folder that was
 * searched, as a `.png` where it was one and as a `.jpg` otherwise. Of several with the same name the second
 * is numbered (`name-2.jpg`) and so on; capital and small letters count as the same, as they do on many file
 * systems.
 */
export function outputNames(images: readonly ImageFile[]): string[] {
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  return images.map(({ relativePath }) => {
    const extension = extname(relativePath);
    const known = /^\.(jpe?g|png)$/i.test(extension);
    const stem = inside(known ? relativePath.slice(0, -extension.length) : relativePath);
    const suffix = extension.toLowerCase() === ".png" ? ".png" : ".jpg";
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

/** As case-insensitive file systems see a name. */
export function comparable(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** A path that cannot leave the folder that it is joined to. */
function inside(path: string): string {
  return join(...path.split(sep).filter((part) => part !== ".."));
}
