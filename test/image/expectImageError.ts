import { expect } from "vitest";
import { ImageError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/imageFile.ts";

/** Decoding must end in an ImageError of one line that begins with the file's name and says `message`. */
export function expectImageError(bytes: Uint8Array, message: RegExp): void {
  let error: unknown;
  try {
    decodeImage(bytes, "photo.jpg");
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ImageError);
  if (!(error instanceof ImageError)) return;
  expect(error.message).toMatch(message);
  expect(error.message).toMatch(/^photo\.jpg(: [^\n]+)?: expected [^\n]+, got [^\n]+\. [A-Z][^\n]+\.$/);
}
