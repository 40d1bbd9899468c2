import { readFileSync } from "node:fs";
import { pathText, systemPath } from "../../platform/pathBytes.ts";

/**
 * The arguments of this process. Node replaces bytes that are not UTF-8, and a file of such a name could not be found:
 * Linux tells the true ones.
 */
export function exactArguments(argv = process.argv, file = "/proc/self/cmdline"): string[] {
  const args = argv.slice(2);
  if (!args.some((arg) => arg.includes("\ufffd"))) return args;
  const exact = readArguments(file).slice(-args.length);
  const isSame = exact.length === args.length && exact.every((arg, i) => `${systemPath(arg)}` === args[i]);
  return isSame ? exact : args;
}

/** Each ends in a zero byte. Empty on systems without such a file. */
function readArguments(file: string): string[] {
  try {
    const bytes = readFileSync(file);
    const found: string[] = [];
    for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start)) {
      found.push(pathText(bytes.subarray(start, end)));
    }
    return found;
  } catch {
    return [];
  }
}
