import { systemMessage, UsageError } from "../../errors.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import { readTruth, type Truth } from "../../verify/truth/truth.ts";

/** Reads the file of --truth. @throws UsageError if it cannot be read. */
export async function openTruth(path: string): Promise<Truth> {
  const bytes = await readRegularFile(path).catch((error: unknown) => {
    const fault = { where: `option --truth ${path}`, expected: "a file to read", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
  return readTruth(bytes, path);
}

/** The given float64 values are those of nothing that was compared. `expected`: `tensors named as taps of x`. */
export function foreignTruth({ names, where }: Truth, expected: string): UsageError {
  const got = names.length === 0 ? "no tensors" : `${names.slice(0, 3).join(", ")}, …`;
  return new UsageError({ where: `option --truth ${where}`, expected, got });
}
