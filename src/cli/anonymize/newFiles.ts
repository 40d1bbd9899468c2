import { extname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import type { ImageFile } from "../files/findImages.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import { comparable, outputNames, stemOf } from "../files/outputNames.ts";
import { type PathUse, refuseOverwriting } from "../files/refuseOverwriting.ts";
import { refuseExisting, writeNewFile } from "../files/writeAtomically.ts";

/** A folder of new files, one per image. None replaces a file that is there. */
export class NewFiles {
  private readonly written = new Map<string, ImageFile>();

  private constructor(
    private readonly folder: OutputFolder,
    private readonly stems: ReadonlyMap<ImageFile, string>,
  ) {}

  /**
   * Decides every name before anything is read, and creates the folder.
   *
   * @throws UsageError if two images would have one name, or a file of a name is there already.
   */
  static async open(path: string, images: readonly ImageFile[], numbered: boolean): Promise<NewFiles> {
    const digits = String(images.length).length;
    const names = images.map((image, i) => {
      const [name] = outputNames([image]);
      return numbered ? String(i + 1).padStart(digits, "0") + extname(name) : name;
    });
    const taken = new Map<string, ImageFile>();
    images.forEach((image, i) => {
      const other = taken.get(comparable(names[i]));
      if (other) throw clash(image, other);
      taken.set(comparable(names[i]), image);
    });
    const hint = "Choose another folder with --out.";
    const uses = names.map((name): PathUse => {
      const file = join(path, name);
      return { path: file, role: "output", name: `new file ${file}`, hint };
    });
    const inputs = images.map(({ path: input }): PathUse => {
      return { path: input, role: "input", name: `image ${input}` };
    });
    refuseOverwriting([...inputs, ...uses]);
    for (const use of uses) await refuseExisting(use.path, "--out");
    const stems = new Map(images.map((image, i) => [image, stemOf(names[i])]));
    return new NewFiles(await OutputFolder.open(path, "--out"), stems);
  }

  /** @throws UsageError if the file cannot be written, or one of its name has come to be there. */
  async write(image: ImageFile, ending: string, bytes: Uint8Array): Promise<string> {
    const path = join(this.folder.path, `${this.stems.get(image)}${ending}`);
    // Some files are of another kind than their name says: b.jpg may become b.png.
    const other = this.written.get(comparable(path));
    if (other) throw clash(image, other);
    await this.folder.makeParent(path);
    await writeNewFile(path, bytes);
    this.written.set(comparable(path), image);
    return path;
  }

  /** Removes the folders that were created for files that were not written. */
  async close(): Promise<void> {
    await this.folder.removeEmpty();
  }
}

function clash(image: ImageFile, other: ImageFile): UsageError {
  const expected = "a name of its own below the output folder";
  return new UsageError({ where: image.path, expected, got: `that of ${other.path}`, hint: NUMBERED });
}

const NUMBERED = "Use --numbered, or run it once for each folder.";
