import { join } from "node:path";
import { OutputFolder } from "../files/outputFolder.ts";
import { OutputNames, outputNames, stemOf } from "../files/outputNames.ts";
import type { PathUse } from "../files/refuseOverwriting.ts";
import type { ImageFile } from "../lists/imageList.ts";
import { WrittenFiles } from "./writtenFiles.ts";

const MAX_RENAMED_KEPT = 10;

/** The folder for drawings, one per image. */
export class DrawingFolder {
  /** The finished drawings. */
  readonly written = new WrittenFiles();
  /** How many drawings could not keep their image's name, because another drawing had taken it; and the first of them. */
  readonly renamed = { count: 0, first: [] as { readonly image: ImageFile; readonly path: string }[] };
  /** The file name of each image's drawing. */
  readonly names = new OutputNames();

  private constructor(private readonly output: OutputFolder) {}

  /**
   * Creates the folder if it is missing.
   *
   * @throws UsageError if the folder cannot be written to.
   */
  static async open(folder: string): Promise<DrawingFolder> {
    return new DrawingFolder(await OutputFolder.open(folder, "--out"));
  }

  get folder(): string {
    return this.output.path;
  }

  /** Path of the image's drawing, as the user sees it. */
  pathOf(image: ImageFile): string {
    return join(this.folder, this.names.of(image));
  }

  /** @throws UsageError if the file cannot be written, or a symbolic link leads out of the folder. */
  async write(image: ImageFile, bytes: Uint8Array): Promise<void> {
    const name = this.names.of(image);
    const path = await this.output.write(name, bytes);
    this.written.add(path);
    if (stemOf(name) === stemOf(image.relativePath)) return;
    this.renamed.count++;
    if (this.renamed.count <= MAX_RENAMED_KEPT) this.renamed.first.push({ image, path });
  }
}

/** The drawings that `DrawingFolder` is going to write. */
export function drawingUses(folder: string, images: Iterable<ImageFile>): PathUse[] {
  const hint = "Choose another folder with --out, or --no-draw.";
  return outputNames(images).map((name) => {
    const path = join(folder, name);
    return { path, role: "output", name: `drawing ${path}`, hint };
  });
}
