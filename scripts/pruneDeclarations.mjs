import { readdirSync, rmdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

/** Deletes the declarations that `entries` do not reach, such as those of the command: nobody can import them. */
export function pruneDeclarations(folder, entries) {
  const root = resolve(folder);
  const options = { module: ts.ModuleKind.NodeNext, strict: true, types: [] };
  const program = ts.createProgram(
    entries.map((entry) => join(root, entry)),
    options,
  );
  const reached = new Set(program.getSourceFiles().map(({ fileName }) => resolve(fileName)));
  deleteOthers(root, reached);
}

/** Returns whether the folder is empty now. */
function deleteOthers(folder, kept) {
  let isEmpty = true;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (deleteOthers(path, kept)) rmdirSync(path);
      else isEmpty = false;
    } else if (kept.has(path)) isEmpty = false;
    else rmSync(path);
  }
  return isEmpty;
}
