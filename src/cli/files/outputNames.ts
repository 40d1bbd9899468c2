import { extname, join, sep } from "node:path";
import type { ImageFile } from "../lists/imageList.ts";
import { NameTable } from "../lists/nameTable.ts";

/**
 * The path of each image's drawing below the output folder: the image's path within the searched folder, as
 * `.png` if the image is one and as `.jpg` otherwise. Further images with the same name are numbered
 * (`name-2.jpg`). Case is ignored, as many file systems do. With an `ending` all names end with it instead.
 *
 * Names are given in the order in which they are first asked for, and kept as long as their image.
 */
export class OutputNames {
  private readonly taken = new NameTable();
  private readonly numbers = new Map<string, number>();
  private readonly names = new WeakMap<ImageFile, string>();

  constructor(private readonly ending?: string) {}

  of(image: ImageFile): string {
    const known = this.names.get(image);
    if (known !== undefined) return known;
    const name = this.next(image);
    this.names.set(image, name);
    return name;
  }

  private next({ relativePath }: ImageFile): string {
    const extension = extname(relativePath);
    const known = /^\.(jpe?g|png)$/i.test(extension);
    const stem = inside(known ? relativePath.slice(0, -extension.length) : relativePath);
    const suffix = this.ending ?? (extension.toLowerCase() === ".png" ? ".png" : ".jpg");
    const first = stem + suffix;
    let name = first;
    while (!this.taken.add(comparable(name))) {
      const number = (this.numbers.get(comparable(first)) ?? 1) + 1;
      this.numbers.set(comparable(first), number);
      name = `${stem}-${number}${suffix}`;
    }
    return name;
  }
}

/** The names of all images: for few of them. */
export function outputNames(images: Iterable<ImageFile>, ending?: string): string[] {
  const names = new OutputNames(ending);
  return Array.from(images, (image) => names.of(image));
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
