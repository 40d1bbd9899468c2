import { basename } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import type { AnnotatedImage } from "../../evaluation/reading/annotations.ts";
import { fileOrFolder } from "../../platform/regularFile.ts";
import { findImages } from "../files/findImages.ts";

/**
 * The files of annotated images in a folder, by `file_name`: at that path, else the only file of that base name. An image
 * without a file is left out.
 *
 * @throws UsageError if a base name leads to several files or images, or if no image has a file.
 */
export async function findAnnotatedImages(
  folder: string,
  images: readonly AnnotatedImage[],
): Promise<ReadonlyMap<string, string>> {
  const where = `option --image-dir ${folder}`;
  await checkFolder(folder, where);
  const files = [...(await findImages([folder], []))];
  const byPath = new Map<string, string>();
  const byBaseName = new Map<string, string[]>();
  for (const { path, relativePath } of files) {
    byPath.set(relativePath.replaceAll("\\", "/"), path);
    const name = basename(path);
    const same = byBaseName.get(name);
    if (same) same.push(path);
    else byBaseName.set(name, [path]);
  }
  const portable = (fileName: string) => fileName.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");
  const named = new Set(images.map(({ fileName }) => byPath.get(portable(fileName))));
  const byBase = (fileName: string) => {
    // A file at the path of one image is none of another's.
    const free = (byBaseName.get(basename(portable(fileName))) ?? []).filter((path) => !named.has(path));
    return onlyOf(free, fileName, where);
  };
  const found = new Map<string, string>();
  const imageOf = new Map<string, string>();
  for (const { fileName } of images) {
    const path = byPath.get(portable(fileName)) ?? byBase(fileName);
    if (path === undefined) continue;
    const other = imageOf.get(path);
    if (other !== undefined) {
      throw new UsageError({
        where,
        expected: "one file per image",
        got: `${path} for ${other} and ${fileName}`,
      });
    }
    imageOf.set(path, fileName);
    found.set(fileName, path);
  }
  if (found.size > 0) return found;
  const got = `none of ${images.length}, such as ${images[0]?.fileName}`;
  const hint = `Its first is ${files[0].relativePath}.`;
  throw new UsageError({ where, expected: "the annotated images", got, hint });
}

async function checkFolder(folder: string, where: string): Promise<void> {
  try {
    if ((await fileOrFolder(folder)).isDirectory()) return;
  } catch (error) {
    const fault = { where, expected: "a folder of images", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  }
  throw new UsageError({ where, expected: "a folder of images", got: "a file" });
}

function onlyOf(paths: readonly string[], fileName: string, where: string): string | undefined {
  if (paths.length < 2) return paths[0];
  const got = `${paths[0]} and ${paths[1]}`;
  const hint = "Name the folder that file_name starts from.";
  throw new UsageError({ where, expected: `${fileName}, or one file of its base name`, got, hint });
}
