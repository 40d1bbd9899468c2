/** The files of a folder that the user chose. */
import { ModelError } from "centernet";

interface Folder {
  readonly folder: string;
  /** By the name within the folder. */
  read(name: string): Promise<Uint8Array>;
}

/** Files that were dropped without a folder have their names alone. */
export function filesOf(files: readonly File[]): Folder {
  const byName = new Map(files.map((file) => [file.name, file]));
  const folder = files[0]?.webkitRelativePath.split("/").at(-2) || "the chosen files";
  return {
    folder,
    async read(name) {
      const file = byName.get(name);
      if (!file) throw new ModelError({ where: folder, expected: `the file ${name}`, got: "none" });
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}
