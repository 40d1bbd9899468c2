import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import { pathText, systemPath } from "../../platform/pathBytes.ts";
import type { ImageList } from "../lists/imageList.ts";
import { isLocal } from "./findImages.ts";
import { comparable } from "./outputNames.ts";
import { isInside } from "./outputTarget.ts";
import type { PathUse } from "./refuseOverwriting.ts";

/**
 * What `refuseOverwriting` refuses to protect inputs, for any number of images: it needs memory for each folder, none for
 * each image, and asks the file system nothing about single images.
 *
 * Files are written whole and then renamed, so that an output harms an input only at the input's own place. Hence images
 * must not lie below a folder of outputs, nor at the place of another output. That outputs differ among each other follows
 * from how they are named.
 *
 * @throws UsageError that names both.
 */
export function refuseHarmedInputs(
  images: ImageList,
  uses: readonly PathUse[],
  folders: readonly { readonly folder: string; readonly flag: string }[],
): void {
  const outputs = new Map<string, PathUse>();
  for (const use of uses)
    if (use.role === "output") for (const key of placesOf(use.path)) outputs.set(key, use);
  const realFolders = folders.flatMap(({ folder, flag }) => {
    const real = realFolder(folder);
    // In a folder that does not exist there is no image.
    return real === undefined ? [] : [{ folder, flag, real }];
  });
  const known = new Map<string, string | undefined>();
  for (const image of images) {
    if (!isLocal(image)) continue;
    const { path } = image;
    const above = dirname(path);
    let real = known.get(above);
    if (real === undefined && !known.has(above)) {
      real = realFolder(above);
      known.set(above, real);
      const around = real && realFolders.find((output) => isInside(output.real, real ?? ""));
      if (around) throw inside(path, around);
    }
    if (real === undefined || outputs.size === 0) continue;
    const use = outputs.get(placeIn(real, path));
    if (use) throw taken(use, path);
  }
}

function inside(path: string, { folder, flag }: { folder: string; flag: string }): UsageError {
  const expected = `a folder without images of this run, which may be written over`;
  const hint = `Choose another folder with ${flag}.`;
  return new UsageError({ where: `option ${flag} ${folder}`, expected, got: `${path} below it`, hint });
}

function taken({ name, hint = "Choose another path." }: PathUse, path: string): UsageError {
  const expected = "a path that nothing else uses";
  return new UsageError({ where: name, expected, got: `that of image ${path}`, hint });
}

/** Where the file itself is, and where it is if it is a link. */
function placesOf(path: string): string[] {
  const above = realFolder(dirname(path));
  const target = realFolder(path);
  return [
    ...(above === undefined ? [] : [placeIn(above, path)]),
    ...(target === undefined ? [] : [placeIn(dirname(target), target)]),
  ];
}

function placeIn(folder: string, path: string): string {
  return comparable(join(folder, basename(path)));
}

function realFolder(path: string): string | undefined {
  try {
    return pathText(realpathSync(systemPath(path), { encoding: "buffer" }));
  } catch {
    return undefined;
  }
}
