import { join } from "node:path";
import type { ImageFile } from "./findImages.ts";
import { OutputFolder } from "./outputFolder.ts";
import { outputNames, stemOf } from "./outputNames.ts";
import type { PathUse } from "./refuseOverwriting.ts";

/** The folder for drawings, one per image. */
export class DrawingFolder {
  /** Paths of the finished drawings, as the user sees them. */
  readonly written: string[] = [];
  /** Drawings that could not keep their image's name, because another drawing had taken it. */
  readonly renamed: { readonly image: ImageFile; readonly path: string }[] = [];

  private constructor(
    private readonly output: OutputFolder,
    private readonly names: ReadonlyMap<ImageFile, string>,
  ) {}

  /**
   * Creates the folder if it is missing and decides the file name of each image's drawing.
   *
   * @throws UsageError if the folder cannot be written to.
   */
  static async open(folder: string, images: readonly ImageFile[]): Promise<DrawingFolder> {
    const names = outputNames(images);
    const output = await OutputFolder.open(folder, "--out");
    return new DrawingFolder(output, new Map(images.map((image, i) => [image, names[i]])));
  }

  get folder(): string {
    return this.output.path;
  }

  /** Path of the image's drawing, as the user sees it. */
  pathOf(image: ImageFile): string {
    return join(this.folder, this.nameOf(image));
  }

  /** @throws UsageError if the file cannot be written, or a symbolic link leads out of the folder. */
  async write(image: ImageFile, bytes: Uint8Array): Promise<void> {
    const path = await this.output.write(this.nameOf(image), bytes);
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
