import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/**
 * Each running pull has a folder of its own for what came so far, with its machine and process in the name:
 * so two never write to one file, and what a process left behind that has ended is free to be taken over.
 */
const HOST = hostname().replace(/[^\w.-]/g, "_");
const SUFFIX = ".part";

/** By this process, right now. */
const held = new Set<string>();

/** A name for a new part, held from now on; `archive` is the archive's file name. */
export function holdNewPart(archive: string): string {
  const name = `${archive}.${HOST}.${process.pid}.${randomBytes(4).toString("hex")}${SUFFIX}`;
  held.add(name);
  return name;
}

export function releasePart(name: string): void {
  held.delete(name);
}

/** Those of the names that are parts of this archive whose owner, on this machine, is gone. */
export function abandonedParts(archive: string, names: readonly string[]): string[] {
  const start = `${archive}.${HOST}.`;
  return names.filter((name) => {
    if (!name.startsWith(start) || !name.endsWith(SUFFIX) || held.has(name)) return false;
    const owner = /^(\d+)\.[0-9a-f]+$/.exec(name.slice(start.length, -SUFFIX.length))?.[1];
    return owner !== undefined && !isRunning(Number(owner));
  });
}

/** This process itself does not count: what it does not hold was left by an earlier one of its number. */
function isRunning(processId: number): boolean {
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Another user's process runs as well.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
