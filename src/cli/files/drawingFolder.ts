import { realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import type { ImageFile } from "./findImages.ts";
import { comparable, outputNames } from "./outputNames.ts";
import { isInside, makeFolders } from "./outputTarget.ts";
import { draftName, writeAtomically } from "./writeAtomically.ts";

/** The folder that drawn images go to; nothing is written outside it. */
export class DrawingFolder {
  /** Paths of the drawings that are done, as the user reads them. */
  readonly written: string[] = [];
  /** Those of them that have another name than their image, which another one had taken. */
  readonly renamed: { readonly image: ImageFile; readonly path: string }[] = [];

  private constructor(
    readonly folder: string,
    /** With every symbolic link followed. */
    private readonly real: string,
    private readonly names: ReadonlyMap<ImageFile, string>,
  ) {}

  /**
   * Makes the folder, if need be, and settles under which name each image will be drawn.
   *
   * @throws UsageError where the folder cannot be written to, or a drawing would take its image's place.
   */
  static async open(folder: string, images: readonly ImageFile[]): Promise<DrawingFolder> {
    const real = await makeFolder(folder);
    const names = outputNames(images);
    const drawings = new Set(names.map((name) => comparable(join(real, name))));
    for (const { path } of images) {
      const input = await realpath(path).catch(() => resolve(path));
      if (!drawings.has(comparable(input))) continue;
      throw new UsageError({
        where: `option --out ${folder}`,
        expected: "a folder in which no drawing takes the place of an image",
        got: `the folder of ${path}`,
        hint: "Choose another folder, or --no-draw.",
      });
    }
    return new DrawingFolder(folder, real, new Map(images.map((image, i) => [image, names[i]])));
  }

  /** Where the drawing of this image goes, as the user reads it. */
  pathOf(image: ImageFile): string {
    return join(this.folder, this.nameOf(image));
  }

  /** @throws UsageError where the file system refuses, or a link leads out of the folder. */
  async write(image: ImageFile, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(image);
    const parent = dirname(path);
    const standing = await nearestStanding(parent);
    if (!isInside(this.real, standing)) {
      const expected = `a folder below ${this.folder}`;
      throw new UsageError({ where: parent, expected, got: `a link to ${standing}` });
    }
    if (parent !== this.folder) await makeFolder(parent);
    await writeAtomically(path, bytes);
    this.written.push(path);
    if (stemOf(this.nameOf(image)) !== stemOf(image.relativePath)) this.renamed.push({ image, path });
  }

  private nameOf(image: ImageFile): string {
    return this.names.get(image) ?? image.relativePath;
  }
}

function stemOf(path: string): string {
  return path.replace(/\.[^.]*$/, "");
}

/** @returns its path with every symbolic link followed. */
async function makeFolder(folder: string): Promise<string> {
  try {
    await makeFolders(folder);
    // Only writing tells whether it can be written to.
    const probe = join(folder, draftName());
    await writeFile(probe, "", { flag: "wx" });
    await rm(probe);
    return await realpath(folder);
  } catch (error) {
    const fault = { where: folder, expected: "a folder to write images to", got: systemMessage(error) };
    throw new UsageError({ ...fault, hint: "Choose another one with --out." }, { cause: error });
  }
}

/** The path, or what of it exists, with every symbolic link followed. */
async function nearestStanding(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  const above = dirname(path);
  return real ?? (above === path ? path : nearestStanding(above));
}
