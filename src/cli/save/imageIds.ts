import { UsageError } from "../../errors.ts";
import { cocoImageIds } from "../../formats/coco.ts";
import type { ImageFile, ImageList, ListedImage } from "../lists/imageList.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import type { Annotations } from "./annotations.ts";

/** The ids of images in COCO results. */
export interface ImageIds {
  /** How they were chosen, in words for the side file. */
  readonly rule: string;
  /** Undefined for an image that the annotations do not have. */
  of(image: ListedImage): number | string | undefined;
  nameOf(image: ImageFile): string;
  /** How many images have no id, and the first of them. */
  readonly missing: { readonly count: number; readonly first?: ImageFile };
}

/**
 * The ids that the annotations give the images' names. Without annotations the numbers in the names, if each name is
 * one (COCO's are: 000000397133.jpg), or else the images' positions, from 1.
 *
 * @throws UsageError if the annotations have none of the images.
 */
export function imageIds(images: ImageList, annotations: Annotations | undefined): ImageIds {
  if (annotations) return annotatedIds(images, annotations);
  const { ids, rule } = cocoImageIds(relativePaths(images));
  return {
    rule,
    of: ({ position }) => ids[position],
    nameOf: ({ relativePath }) => relativePath,
    missing: { count: 0 },
  };
}

function* relativePaths(images: ImageList): Generator<string> {
  for (const { relativePath } of images) yield relativePath;
}

function annotatedIds(images: ImageList, annotations: Annotations): ImageIds {
  const byLastPart = new Map<string, Annotations["images"][number][]>();
  for (const entry of annotations.images) {
    const last = lastPart(entry.fileName);
    const same = byLastPart.get(last);
    if (same) same.push(entry);
    else byLastPart.set(last, [entry]);
  }
  const entryFor = (image: ImageFile) => entryOf(image, byLastPart.get(lastPart(image.relativePath)) ?? []);
  const missing: { count: number; first?: ImageFile } = { count: 0 };
  const ids = new Set<number | string>();
  for (const image of images) {
    const entry = entryFor(image);
    if (!entry) {
      missing.count++;
      missing.first ??= image;
      continue;
    }
    if (ids.has(entry.id)) throw twins(images, image, entryFor, annotations.path);
    ids.add(entry.id);
  }
  if (missing.first && missing.count === images.length) {
    throw new UsageError({
      where: `option --annotations ${annotations.path}`,
      expected: "the file_name of at least one image",
      got: `none of ${formatCounted(images.length, "image")}, such as ${missing.first.relativePath}`,
      hint: annotations.images[0] && `Its first is ${annotations.images[0].fileName}.`,
    });
  }
  return {
    rule: `those of ${annotations.path}`,
    of: (image) => entryFor(image)?.id,
    nameOf: (image) => entryFor(image)?.fileName ?? image.relativePath,
    missing,
  };
}

/** Two images with one id would count as one whose objects were found twice. */
function twins(
  images: ImageList,
  second: ImageFile,
  entryFor: (image: ImageFile) => Annotations["images"][number] | undefined,
  path: string,
): UsageError {
  const entry = entryFor(second);
  let first = second;
  for (const image of images) {
    if (entryFor(image)?.id !== entry?.id) continue;
    first = image;
    break;
  }
  const got = `${first.path} and ${second.path} for ${entry?.fileName}`;
  return new UsageError({ where: `option --annotations ${path}`, expected: "one image per entry", got });
}

/** The entry whose file_name is the end of the image's path; or the only one with the image's own name. */
function entryOf(
  { path }: ImageFile,
  entries: Annotations["images"],
): Annotations["images"][number] | undefined {
  const whole = `/${path.replaceAll("\\", "/")}`;
  const matching = entries.filter(({ fileName }) => whole.endsWith(`/${fileName}`));
  const longest = matching.sort((a, b) => b.fileName.length - a.fileName.length)[0];
  return longest ?? (entries.length === 1 ? entries[0] : undefined);
}

function lastPart(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
