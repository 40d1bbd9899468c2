import { UsageError } from "../../errors.ts";
import { cocoImageIds } from "../../formats/coco.ts";
import type { ImageFile } from "../files/findImages.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import type { Annotations } from "./annotations.ts";

/** The ids of images in COCO results. */
export interface ImageIds {
  /** How they were chosen, in words for the side file. */
  readonly rule: string;
  /** Undefined for an image that the annotations do not have. */
  of(image: ImageFile): number | string | undefined;
  nameOf(image: ImageFile): string;
  /** Images without an id. */
  readonly missing: readonly ImageFile[];
}

/**
 * The ids that the annotations give the images' names. Without annotations the numbers in the names, if each name is
 * one (COCO's are: 000000397133.jpg), or else the images' positions, from 1.
 *
 * @throws UsageError if the annotations have none of the images.
 */
export function imageIds(images: readonly ImageFile[], annotations: Annotations | undefined): ImageIds {
  if (annotations) return annotatedIds(images, annotations);
  const { ids, rule } = cocoImageIds(images.map(({ relativePath }) => relativePath));
  const byImage = new Map(images.map((image, i) => [image, ids[i]]));
  return {
    rule,
    of: (image) => byImage.get(image),
    nameOf: ({ relativePath }) => relativePath,
    missing: [],
  };
}

function annotatedIds(images: readonly ImageFile[], annotations: Annotations): ImageIds {
  const byLastPart = new Map<string, Annotations["images"][number][]>();
  for (const entry of annotations.images) {
    const last = lastPart(entry.fileName);
    byLastPart.set(last, [...(byLastPart.get(last) ?? []), entry]);
  }
  const found = new Map(
    images.map((image) => [image, entryOf(image, byLastPart.get(lastPart(image.relativePath)) ?? [])]),
  );
  const missing = images.filter((image) => !found.get(image));
  if (missing.length === images.length) {
    throw new UsageError({
      where: `option --annotations ${annotations.path}`,
      expected: "the file_name of at least one image",
      got: `none of ${formatCounted(images.length, "image")}, such as ${images[0].relativePath}`,
      hint: annotations.images[0] && `Its first is ${annotations.images[0].fileName}.`,
    });
  }
  refuseTwins(found, annotations.path);
  return {
    rule: `those of ${annotations.path}`,
    of: (image) => found.get(image)?.id,
    nameOf: (image) => found.get(image)?.fileName ?? image.relativePath,
    missing,
  };
}

/** Two images with one id would count as one whose objects were found twice. */
function refuseTwins(
  found: ReadonlyMap<ImageFile, Annotations["images"][number] | undefined>,
  path: string,
): void {
  const first = new Map<number | string, ImageFile>();
  for (const [image, entry] of found) {
    if (!entry) continue;
    const other = first.get(entry.id);
    if (!other) first.set(entry.id, image);
    else {
      const got = `${other.path} and ${image.path} for ${entry.fileName}`;
      throw new UsageError({ where: `option --annotations ${path}`, expected: "one image per entry", got });
    }
  }
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
