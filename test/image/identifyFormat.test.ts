import { expect, test } from "vitest";
import { identifyFormat } from "../../src/image/identifyFormat.ts";
import { expectImageError } from "./expectImageError.ts";
import { readFixture } from "./fixtures.ts";

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);

const UNREADABLE: [description: RegExp, bytes: Uint8Array][] = [
  [/an empty file/, new Uint8Array(0)],
  [/a file of 1 bytes that begins with ff/, Uint8Array.of(0xff)],
  [/a file of 5 bytes that begins with 00 01 02 03/, Uint8Array.of(0, 1, 2, 3, 4)],
  [/a PNG damaged on its way/, ascii("\x89PNG\n\x1a\n\0\0\0\x0dIHDR")],
  [/a GIF image\. Convert it to JPEG or PNG\./, ascii("GIF89a\x01\0\x01\0\x80\0")],
  [/a WebP/, ascii("RIFF\x24\0\0\0WEBPVP8 ")],
  [/an AVIF/, ascii("\0\0\0\x20ftypavif\0\0\0\0")],
  [/a HEIC/, ascii("\0\0\0\x18ftypheic\0\0\0\0")],
  [/a HEIC or AVIF/, ascii("\0\0\0\x18ftypmif1\0\0\0\0")],
  [/a video/, ascii("\0\0\0\x18ftypmp42\0\0\0\0")],
  [/a TIFF/, ascii("II*\0\x08\0\0\0")],
  [/a TIFF/, ascii("MM\0*\0\0\0\x08")],
  [/a BMP/, ascii("BM\x46\0\0\0\0\0\0\0\x36\0\0\0")],
  [/a JPEG XL/, ascii("\xff\x0a\xfa\x7f")],
  [/a JPEG 2000/, ascii("\0\0\0\x0cjP  \r\n\x87\n")],
  [/a PDF/, ascii("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")],
  [/a ZIP archive/, ascii("PK\x03\x04\x14\0")],
  [/an SVG drawing/, utf8('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  [/an SVG drawing/, utf8('<?xml version="1.0"?>\n<!-- a -->\n<svg width="1"/>')],
  [/an XML file/, utf8('<?xml version="1.0"?><note/>')],
  [
    /an HTML page\. This is a web page. Check the address/,
    utf8("\n<!DOCTYPE html><html><body>404 <svg/></body></html>"),
  ],
  [/a Git LFS pointer/, utf8("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")],
  [/a JSON or text file/, utf8('{"error": "not found"}')],
  [/a text file\. Check that it is the image/, utf8("BMW is no bitmap.\n")],
  [/a text file/, utf8(`${"a".repeat(1023)}ä`)],
];

for (const [description, bytes] of UNREADABLE) {
  test(`${JSON.stringify(String.fromCharCode(...bytes.subarray(0, 12)))} is ${description.source}`, () => {
    expectImageError(bytes, description);
  });
}

test("the bytes decide, not the name", () => {
  expect(identifyFormat(readFixture("grey-8.png"))).toEqual({ readable: "png" });
  expect(identifyFormat(readFixture("cmyk.jpg"))).toEqual({ readable: "jpeg" });
});
