/** The images of a run. A run may have millions, so that nothing here holds an object or a string for each. */

/** An input image. Whether it can be read is found out when it is read. */
export interface ImageFile {
  /** As the user wrote it (a path, a URL, `-` for standard input), or below the folder that the user named. */
  readonly path: string;
  /** Path relative to the folder or pattern that led to it; for a single file its name. What it is called in outputs. */
  readonly relativePath: string;
}

/** May be gone through more than once, always in the same order. An array is one. */
export interface ImageList extends Iterable<ImageFile> {
  readonly length: number;
}

/** A list whose images can be asked for one by one. */
export interface IndexedImages extends ImageList {
  /** Undefined beyond the end. */
  at(index: number): ImageFile | undefined;
}

/** An image that a run is to look at. */
export interface ListedImage extends ImageFile {
  /** Its place in the run's whole list, from 0. */
  readonly position: number;
}

/** Every image with its place, those too that are not left to do. */
export function* numbered(images: ImageList): Generator<ListedImage> {
  let position = 0;
  for (const { path, relativePath } of images) yield { path, relativePath, position: position++ };
}

/** Several lists, one after the other, without the images for which `isLeftOut` is true at their place among all. */
export function joined(lists: readonly IndexedImages[], leftOut: ReadonlySet<number>): ImageList {
  const all = lists.reduce((sum, { length }) => sum + length, 0);
  return {
    length: all - leftOut.size,
    *[Symbol.iterator]() {
      let place = 0;
      for (const list of lists) for (const image of list) if (!leftOut.has(place++)) yield image;
    },
  };
}
