import { realpath, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { isInside, makeFolders } from "./outputTarget.ts";
import { type Content, draftName, writeAtomically } from "./writeAtomically.ts";

/** A folder that files are written to. Nothing is written outside it. */
export class OutputFolder {
  private constructor(
    /** As the user wrote it. */
    readonly path: string,
    /** The folder's path with every symbolic link resolved. */
    private readonly real: string,
    private readonly flag: string,
    /** Absolute paths of the folders that did not exist before, each before those inside it. */
    private readonly made: string[],
  ) {}

  /**
   * Creates the folder if it is missing. `flag` is the option that names it.
   *
   * @throws UsageError if it cannot be written to.
   */
  static async open(path: string, flag: string): Promise<OutputFolder> {
    const made: string[] = [];
    return new OutputFolder(path, await makeFolder(path, flag, made), flag, made);
  }

  /**
   * Writes a file of this name, which may lead through folders below this one, whole or not at all. Returns its path as
   * the user sees it.
   *
   * @throws UsageError if the file cannot be written, or a symbolic link leads out of the folder.
   */
  async write(name: string, content: Content): Promise<string> {
    const path = join(this.path, name);
    await this.makeParent(path);
    await writeAtomically(path, content);
    return path;
  }

  /**
   * Creates the folder of a file below this one.
   *
   * @throws UsageError if it cannot be written to, or a symbolic link leads out of this folder.
   */
  async makeParent(path: string): Promise<void> {
    const parent = dirname(path);
    const existing = await nearestExisting(parent);
    if (!isInside(this.real, existing)) {
      const expected = `a folder below ${this.path}`;
      throw new UsageError({ where: parent, expected, got: `a link to ${existing}` });
    }
    if (parent !== this.path) await makeFolder(parent, this.flag, this.made);
  }

  /** Removes the folders that were created here, above it or below it, and that nothing is in. */
  async removeEmpty(): Promise<void> {
    // A folder that holds something stays, as does one that may not be removed.
    for (const folder of this.made.toReversed()) await rmdir(folder).catch(() => {});
  }
}

/** Creates the folder and returns its path with every symbolic link resolved. What is new is added to `made`. */
async function makeFolder(folder: string, flag: string, made: string[]): Promise<string> {
  try {
    made.push(...(await makeFolders(folder)));
    // Only an attempt to write shows whether writing is allowed.
    const probe = join(folder, draftName());
    await writeFile(probe, "", { flag: "wx" });
    await rm(probe);
    return await realpath(folder);
  } catch (error) {
    const fault = { where: folder, expected: "a folder to write to", got: systemMessage(error) };
    throw new UsageError({ ...fault, hint: `Choose another folder with ${flag}.` }, { cause: error });
  }
}

/** The path, or its longest existing part, with every symbolic link resolved. */
async function nearestExisting(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  const above = dirname(path);
  return real ?? (above === path ? path : nearestExisting(above));
}
