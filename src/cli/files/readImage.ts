import { ImageError, systemMessage } from "../../errors.ts";
import { readRegularFile } from "../../platform/regularFile.ts";

/** Far above any JPEG or PNG within the pixel limit. Guards against reading a disk image into memory by mistake. */
const MAX_BYTES = 1024 ** 3;

/** @throws ImageError if there is no such file, or it cannot be an image. */
export async function readImage(path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, MAX_BYTES);
  } catch (error) {
    const fault = { where: path, expected: "an image file", got: systemMessage(error) };
    throw new ImageError({ ...fault, hint: "Check the path." }, { cause: error });
  }
}
