import { writeFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { systemMessage } from "../systemMessage.ts";
import { outputTarget } from "./files/outputTarget.ts";
import { type Content, writeAtomically } from "./files/writeAtomically.ts";

/**
 * Writes a file that the user names: all or not at all, behind every symbolic link, or straight into a pipe
 * or device.
 *
 * @throws UsageError where it cannot be written.
 */
export async function writeOutput(path: string, content: Content, where: string): Promise<void> {
  const target = await outputTarget(path, where);
  if (target.kind === "file") return writeAtomically(target.path, content);
  await writeFile(target.path, content).catch((error: unknown) => {
    const fault = { where, expected: "to write to it", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
}
