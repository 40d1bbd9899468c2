/** Checks of this machine that need not run at every start: a file for each that was passed, in the folder of pulled archives. */
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./cacheFolder.ts";

/** A built file, which the build names by its contents. Sources change without a new name: they are checked each time. */
const BUILT = /^library-[\w-]{8}\.js$/;

/** A check, and the file of the program that it is part of, as a URL. */
export interface Check {
  /** Letters, digits and dashes. */
  readonly name: string;
  readonly program: string;
}

/** Whether the same program has passed the check on this machine, in this Node. False whenever that is in doubt. */
export async function hasPassed(check: Check): Promise<boolean> {
  try {
    const facts = await factsOf(check);
    if (facts === undefined) return false;
    const expected = Buffer.from(facts);
    // A pipe may never answer.
    const info = await stat(pathOf(check));
    return info.isFile() && info.size === expected.length && expected.equals(await readFile(pathOf(check)));
  } catch {
    return false;
  }
}

/** If it cannot be kept, where the folder is read-only or the disk full, the check runs again next time. */
export async function keepPassed(check: Check): Promise<void> {
  const path = pathOf(check);
  const unfinished = `${path}.${process.pid}`;
  try {
    const facts = await factsOf(check);
    if (facts === undefined) return;
    const folder = dirname(path);
    // One by one: Node's recursive mkdir never returns where a folder cannot be made in one that exists, as in /proc.
    for (const each of [dirname(dirname(folder)), dirname(folder), folder]) await mkdir(each).catch(() => {});
    await writeFile(unfinished, facts);
    await rename(unfinished, path);
  } catch {
    await rm(unfinished, { force: true }).catch(() => {});
  }
}

function pathOf({ name }: Check): string {
  return join(cacheFolder(), "checks", `${name}.txt`);
}

/** All that a result may depend on. Undefined for a program whose contents cannot be told by its file. */
async function factsOf({ name, program }: Check): Promise<string | undefined> {
  if (!program.startsWith("file:")) return undefined;
  const path = fileURLToPath(program);
  if (!BUILT.test(basename(path))) return undefined;
  const { size, mtimeMs } = await stat(path);
  const { version, arch, platform, execArgv, versions } = process;
  const processor = cpus()[0]?.model ?? "";
  const facts = { name, path, size, mtimeMs, version, v8: versions.v8, arch, platform, processor, execArgv };
  return `${JSON.stringify(facts)}\n`;
}
