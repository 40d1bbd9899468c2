import { type BigIntStats, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute } from "node:path";
import { UsageError } from "../../errors.ts";
import { pathText, systemPath } from "../../platform/pathBytes.ts";
import { comparable } from "./outputNames.ts";

/** A path that a command reads or writes. */
export interface PathUse {
  readonly path: string;
  /** `output-folder`: the command writes files below it whose names are not known before the run. */
  readonly role: "input" | "output" | "output-folder";
  /** How an error calls it: `image a.jpg`, `option --json results.jsonl`. */
  readonly name: string;
  /** For outputs: how to get out of the way. */
  readonly hint?: string;
}

/**
 * Refuses a run in which an output would overwrite an input or another output. To be called with all paths
 * before anything is written. Symbolic links, hard links and names that differ only in case or in Unicode's
 * normalization count as the file that they lead to, and an output may not be where another needs a folder.
 * Devices such as `/dev/null` may be used several times.
 *
 * @throws UsageError that names both.
 */
export function refuseOverwriting(uses: Iterable<PathUse>): void {
  const all = [...uses];
  const places = new Places();
  const files = new Map<string, PathUse>();
  /** Folders that hold an input or output, where some output's names are unknown; else only outputs. */
  const folders = new Map<string, PathUse>();
  const outputFolders = new Map<string, PathUse>();
  const inputs = all.filter(({ role }) => role === "input");
  const outputs = all.filter(({ role }) => role !== "input");
  const guardsInputs = outputs.some(({ role }) => role === "output-folder");
  for (const use of inputs) {
    const { keys, above } = places.of(use.path, guardsInputs);
    for (const key of keys) files.set(key, use);
    for (const key of above) folders.set(key, use);
  }
  for (const use of outputs) {
    const { keys, above } = places.of(use.path, true);
    for (const key of keys) {
      refuseIf(files.get(key) ?? outputFolders.get(key), use, "that of");
      refuseIf(folders.get(key), use, "a folder that holds");
    }
    for (const key of above) refuseIf(files.get(key) ?? outputFolders.get(key), use, "one below");
    for (const key of keys) (use.role === "output" ? files : outputFolders).set(key, use);
    for (const key of above) folders.set(key, use);
  }
}

function refuseIf(other: PathUse | undefined, { name, role, hint }: PathUse, relation: string): void {
  if (!other) return;
  throw new UsageError({
    where: name,
    expected: role === "output" ? "a path that nothing else uses" : "a folder that nothing else uses",
    got: `${relation} ${other.name}`,
    hint: hint ?? "Choose another path.",
  });
}

interface Place {
  /** Two paths that share a key lead to the same file or folder. None for devices. */
  readonly keys: readonly string[];
  /** Keys of the folders above it. */
  readonly above: readonly string[];
}

const NOWHERE: Place = { keys: [], above: [] };
/** As in Linux. */
const MAX_LINKS = 40;

/** Finds out where paths lead. Folders are looked at once, since 100,000 images may lie in one. */
class Places {
  private readonly cache = new Map<string, Place>();

  of(path: string, withAbove: boolean): Place {
    const { info, target } = follow(path);
    if (info?.isCharacterDevice() || info?.isBlockDevice()) return NOWHERE;
    const keys = info ? [inodeOf(info)] : [];
    const above: string[] = [];
    for (const entry of target === path ? [path] : [path, target]) {
      const folder = this.folder(dirname(entry));
      keys.push(`${folder.keys[0]}/${comparable(basename(entry))}`);
      if (withAbove) above.push(...folder.keys, ...folder.above);
    }
    return { keys, above };
  }

  /** An existing folder's key is its inode; another's is its name in the nearest that exists. */
  private folder(path: string): Place {
    const cached = this.cache.get(path);
    if (cached) return cached;
    const place = this.findFolder(path);
    this.cache.set(path, place);
    return place;
  }

  private findFolder(path: string): Place {
    const { info, target } = follow(path);
    const real = info ? pathText(realpathSync(systemPath(path), { encoding: "buffer" })) : target;
    const parent = dirname(real);
    if (parent === real) return { keys: [info ? inodeOf(info) : real], above: [] };
    const above = this.folder(parent);
    const key = info ? inodeOf(info) : `${above.keys[0]}/${comparable(basename(real))}`;
    return { keys: [key], above: [...above.keys, ...above.above] };
  }
}

interface Followed {
  /** Where the path leads through symbolic links. */
  readonly target: string;
  /** Of what is there; undefined if nothing is, or it cannot be seen: whoever opens it will report why. */
  readonly info?: BigIntStats;
}

function follow(path: string): Followed {
  let target = path;
  try {
    for (let links = 0; links < MAX_LINKS; links++) {
      const info = lstatSync(systemPath(target), { bigint: true, throwIfNoEntry: false });
      if (!info?.isSymbolicLink()) return { target, info };
      const next = pathText(readlinkSync(systemPath(target), { encoding: "buffer" }));
      target = isAbsolute(next) ? next : `${dirname(target)}/${next}`;
    }
  } catch {
    // A folder that may not be searched, or a file where a folder is expected.
  }
  return { target };
}

function inodeOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
