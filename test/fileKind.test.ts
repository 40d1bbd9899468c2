/** What a file is, as both opening weights and decoding images tell it. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "../src/checkpoints/openCheckpoint.ts";
import { ModelError } from "../src/errors.ts";
import { fileKind } from "../src/support/fileKind/fileKind.ts";
import { tarOf } from "./checkpoints/support/madeArchive.ts";
import { madeZip } from "./checkpoints/support/madeZip.ts";
import { expectImageError } from "./image/expectImageError.ts";
import { readFixture } from "./image/fixtures.ts";

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`checkpoints/fixtures/${name}`, import.meta.url)));
const zip = (path: string) => madeZip([{ path, bytes: Uint8Array.of(1) }]);

const CONVERT = /Convert it to JPEG or PNG\.$/;
const UNPACK = /Unpack it first\.$/;
const CHECKPOINT = /Use the checkpoint that it was made from/;
const FRAMES =
  /Run mkdir frames && ffmpeg -i photo\.jpg -vf fps=2 -q:v 2 frames\/%05d\.jpg to get two images per second/;
const ANOTHER = /Check that it is the image that was meant/;
const GIVE_WEIGHTS = /Give weights as the option weights/;

/** Neither an image nor weights that are read. */
const KINDS: [what: string, bytes: Uint8Array, asImage: RegExp, asWeights?: RegExp][] = [
  ["an empty file", new Uint8Array(0), /Fetch it again\.$/, /Fetch it again/],
  ["a file of 1 bytes that begins with ff", Uint8Array.of(0xff), CONVERT],
  ["a file of 5 bytes that begins with 00 01 02 03", Uint8Array.of(0, 1, 2, 3, 4), CONVERT],
  ["a PNG damaged on its way", ascii("\x89PNG\n\x1a\n\0\0\0\x0dIHDR"), CONVERT, /Images are for detect/],
  ["a GIF image", ascii("GIF89a\x01\0\x01\0\x80\0"), CONVERT, /Images are for detect/],
  ["a WebP image", ascii("RIFF\x24\0\0\0WEBPVP8 "), CONVERT],
  ["an AVIF image", ascii("\0\0\0\x20ftypavif\0\0\0\0"), CONVERT],
  ["an AVIF image", ascii("\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"), CONVERT],
  ["a HEIC image", ascii("\0\0\0\x18ftypheic\0\0\0\0"), CONVERT],
  ["a HEIC or AVIF image", ascii("\0\0\0\x18ftypmif1\0\0\0\0"), CONVERT],
  ["a camera's raw image", ascii("\0\0\0\x18ftypcrx \0\0\0\x01"), CONVERT],
  ["a TIFF image", ascii("II*\0\x08\0\0\0"), CONVERT],
  ["a TIFF image", ascii("MM\0*\0\0\0\x08"), CONVERT],
  ["a BMP image", ascii("BM\x46\0\0\0\0\0\0\0\x36\0\0\0"), CONVERT],
  ["a JPEG XL image", ascii("\xff\x0a\xfa\x7f"), CONVERT],
  ["a JPEG 2000 image", ascii("\0\0\0\x0cjP  \r\n\x87\n"), CONVERT],
  ["an SVG drawing", utf8('<svg xmlns="http://www.w3.org/2000/svg"/>'), CONVERT],
  ["an SVG drawing", utf8('<?xml version="1.0"?>\n<!-- a -->\n<svg width="1"/>'), CONVERT],
  ["a video \\(MP4\\)", ascii("\0\0\0\x18ftypmp42\0\0\0\0mp42isom"), FRAMES, /Check that it is the weights/],
  ["a video \\(QuickTime\\)", ascii("\0\0\0\x14ftypqt  \0\0\0\0qt  "), FRAMES],
  ["a video \\(QuickTime\\)", ascii("\0\0\0\x08wide\0\0\0\x10mdat"), FRAMES],
  ["a video \\(WebM or Matroska\\)", ascii("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01"), FRAMES],
  ["a video \\(AVI\\)", ascii("RIFF\x24\0\0\0AVI LIST"), FRAMES],
  ["a sound file", ascii("RIFF\x24\0\0\0WAVEfmt "), CONVERT],
  ["a PDF document", ascii("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0"), CONVERT],
  ["a companion file of macOS", ascii("\0\x05\x16\x07\0\x02\0\0"), CONVERT],
  ["an XML file", utf8('<?xml version="1.0"?><note/>'), ANOTHER],
  [
    "an error message of a storage server \\(XML\\)",
    utf8('<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code></Error>'),
    /Check the address and its permissions/,
    /Check the address and its permissions/,
  ],
  [
    "an HTML page",
    utf8("\n<!DOCTYPE html><html><body>404 <svg/></body></html>"),
    /This is a web page\. Check the address/,
    /This is a web page\. Check the address/,
  ],
  ["an HTML page", utf8(`${"<!-- a -->\n".repeat(80)}<html></html>`), /This is a web page/],
  [
    "a Git LFS pointer, not the file itself",
    fixture("lfs-pointer.safetensors"),
    /git lfs pull/,
    /git lfs pull/,
  ],
  ["a text file", utf8("BMW is no bitmap.\n"), ANOTHER, /Check that it is the weights file/],
  ["a text file", utf8(`${"a".repeat(1023)}ä`), ANOTHER],
  ["a text file", utf8("#".repeat(2000)), ANOTHER],
  ["a pipeline.config", utf8("# my model\nmodel {\n  center_net {"), /Name the checkpoint's folder/],
  ["a label map", utf8('item {\n  id: 1\n name: "a" }'), /option labelMap/, /option labelMap/],
  ["the note of which checkpoint is the latest", utf8('model_checkpoint_path: "ckpt-1"'), /folder/],
  ["JSON text", utf8("[1]"), ANOTHER],
  ["a JSON error message", utf8('{"error": "Entry not found"}'), /Check the address/, /Check the address/],
  ["a TensorFlow Lite model \\(\\.tflite\\)", fixture("begins-like.tflite"), CHECKPOINT, CHECKPOINT],
  ["the graph of a SavedModel", ascii("\x08\x01\x12\xab\xd3\x05\x0a\x12*"), /variables\//, /variables\//],
  [
    "a frozen graph of TensorFlow",
    ascii("\x0a\x3e\x0a\x05input\x12\x0bPlaceholder*"),
    CHECKPOINT,
    CHECKPOINT,
  ],
  ["a file of HDF5", ascii("\x89HDF\r\n\x1a\n\0\0"), CHECKPOINT, CHECKPOINT],
  ["an array of NumPy", ascii("\x93NUMPY\x01\0v\0"), CHECKPOINT, CHECKPOINT],
  ["a 7-Zip archive", ascii("7z\xbc\xaf\x27\x1c\0"), UNPACK, UNPACK],
];

for (const [what, bytes, asImage, asWeights] of KINDS) {
  const beginning = JSON.stringify(String.fromCharCode(...bytes.subarray(0, 12)));
  test(`${beginning} is ${what}, and no image`, () => {
    expectImageError(bytes, new RegExp(`expected a JPEG or PNG image, got ${what}`));
    expectImageError(bytes, asImage);
  });

  test(`${beginning} is ${what}, and no weights`, async () => {
    const error = await openCheckpoint({ where: "a.pth", bytes }).catch((cause) => cause);
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(new RegExp(`^a\\.pth: expected a checkpoint's tar\\.gz, .*, got ${what}`));
    if (asWeights) expect(error.message).toMatch(asWeights);
  });
}

/** Of kinds that weights have, and which these are not. */
test.each<[what: RegExp, bytes: Uint8Array]>([
  [/an archive of NumPy arrays \(\.npz\)\. Use the checkpoint/, zip("arr_0.npy")],
  [/a Keras model \(\.keras\)\. Use the checkpoint/, zip("model.weights.h5")],
  [/an archive of TorchServe \(\.mar\)\. Unzip it and name the \.pth/, zip("MAR-INF/MANIFEST.json")],
  [/a TorchScript program\. Save model\.state_dict\(\)/, zip("net/constants.pkl")],
  [/a program of torch\.export \(\.pt2\)/, zip("net/models/model.json")],
  [/a zipped TensorFlow checkpoint\. Unzip it and name its folder/, zip("net/checkpoint/ckpt-0.index")],
  [/a zipped TensorFlow\.js model\. Unzip it/, zip("net/model.json")],
  [/a zipped checkpoint\. Unzip it and name the file/, zip("net/model_last.pth")],
  [/a ZIP archive of images/, zip("photos/1.JPG")],
  [/a ZIP archive with no data\.pkl/, zip("readme")],
])("as weights: %s", async (what, bytes) => {
  await expect(openCheckpoint({ where: "a.zip", bytes })).rejects.toThrow(what);
});

describe("readable kinds", () => {
  test("the bytes decide, not the name", () => {
    expect(fileKind(readFixture("grey-8.png")).reader).toBe("png");
    expect(fileKind(readFixture("cmyk.jpg")).reader).toBe("jpeg");
    expect(fileKind(fixture("torch-named.safetensors")).reader).toBe("torch");
    expect(fileKind(fixture("python2-ordereddict.pth")).reader).toBe("torch");
    expect(fileKind(fixture("archive.tar")).reader).toBe("tar");
    expect(fileKind(ascii("\x1f\x8b\x08")).reader).toBe("gzip");
    for (const onnx of ["\x08\x07\x12\x07pytorch\x1a\x051.9.0:\xb3\x12", "\x08\x08:\x80\x10\x0a\x10\x0a"]) {
      expect(fileKind(ascii(onnx))).toMatchObject({ reader: "onnx", what: "an ONNX model (.onnx)" });
    }
  });

  test("an old tar archive, without ustar's signature", () => {
    const tar = tarOf(new Map([["a", Uint8Array.of(1)]]));
    tar.fill(0, 257, 265);
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    const without = tar.subarray(148, 156).reduce((total, byte) => total + byte, 0);
    tar.set(ascii(`${(sum - without + 8 * 32).toString(8).padStart(6, "0")}\0 `), 148);
    expect(fileKind(tar)).toMatchObject({ reader: "tar" });
    tar[0] ^= 1;
    expect(fileKind(tar).reader).toBeUndefined();
  });

  test("weights where an image is meant", () => {
    expectImageError(fixture("python2-ordereddict.pth"), GIVE_WEIGHTS);
    expectImageError(fixture("torch-named.safetensors"), UNPACK);
    expectImageError(ascii("\x40\0\0\0\0\0\0\0{"), GIVE_WEIGHTS);
    expectImageError(ascii("\x08\x08:\x80\x10\x0a\x10\x0a"), GIVE_WEIGHTS);
  });
});

test("a torch file may be called .safetensors", async () => {
  const bytes = fixture("torch-named.safetensors");
  const { format, variables } = await openCheckpoint({ where: "a.safetensors", bytes });
  expect(format).toBe("torch");
  expect(variables.size).toBeGreaterThan(0);
});

test("no beginning of 1 or 2 bytes, and no text of one repeated sign, takes long or throws", () => {
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) fileKind(Uint8Array.of(first, second));
    fileKind(new Uint8Array(2000).fill(first));
  }
  for (const part of ["<!---->", "#\n", "<?", "<!", "<?xml>", "{ ", "item "])
    fileKind(utf8(part.repeat(400)));
});
