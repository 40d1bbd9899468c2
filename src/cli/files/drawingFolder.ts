import { realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import type { ImageFile } from "./findImages.ts";
import { outputNames } from "./outputNames.ts";
import { isInside, makeFolders } from "./outputTarget.ts";
import type { PathUse } from "./refuseOverwriting.ts";
import { draftName, writeAtomically } from "./writeAtomically.ts";

/** The folder for drawings. Nothing is written outside it. */
export class DrawingFolder {
  /** Paths of the finished drawings, as the user sees them. */
  readonly written: string[] = [];
  /** Drawings that could not keep their image's name, because another drawing had taken it. */
  readonly renamed: { readonly image: ImageFile; readonly path: string }[] = [];

  private constructor(
    readonly folder: string,
    /** The folder's path with every symbolic link resolved. */
    private readonly real: string,
    private readonly names: ReadonlyMap<ImageFile, string>,
  ) {}

  /**
   * Creates the folder if it is missing and decides the file name of each image's drawing.
   *
   * @throws UsageError if the folder cannot be written to.
   */
  static async open(folder: string, images: readonly ImageFile[]): Promise<DrawingFolder> {
    const real = await makeFolder(folder);
    const names = outputNames(images);
    return new DrawingFolder(folder, real, new Map(images.map((image, i) => [image, names[i]])));
  }

  /** Path of the image's drawing, as the user sees it. */
  pathOf(image: ImageFile): string {
    return join(this.folder, this.nameOf(image));
  }

  /** @throws UsageError if the file cannot be written, or a symbolic link leads out of the folder. */
  async write(image: ImageFile, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(image);
    const parent = dirname(path);
    const existing = await nearestExisting(parent);
    if (!isInside(this.real, existing)) {
      const expected = `a folder below ${this.folder}`;
      throw new UsageError({ where: parent, expected, got: `a link to ${existing}` });
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

/** The drawings that `DrawingFolder` is going to write. */
export function drawingUses(folder: string, images: readonly ImageFile[]): PathUse[] {
  const hint = "Choose another folder with --out, or --no-draw.";
  return outputNames(images).map((name) => {
    const path = join(folder, name);
    return { path, role: "output", name: `drawing ${path}`, hint };
  });
}

function stemOf(path: string): string {
  return path.replace(/\.[^.]*$/, "");
}

/** Creates the folder and returns its path with every symbolic link resolved. */
async function makeFolder(folder: string): Promise<string> {
  try {
    await makeFolders(folder);
    // Only an attempt to write shows whether writing is allowed.
    const probe = join(folder, draftName());
    await writeFile(probe, "", { flag: "wx" });
    await rm(probe);
    return await realpath(folder);
  } catch (error) {
    const fault = { where: folder, expected: "a folder to write images to", got: systemMessage(error) };
    throw new UsageError({ ...fault, hint: "Choose another folder with --out." }, { cause: error });
  }
}

/** The path, or its longest existing part, with every symbolic link resolved. */
async function nearestExisting(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  const above = dirname(path);
  return real ?? (above === path ? path : nearestExisting(above));
}
