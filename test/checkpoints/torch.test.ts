import { describe, expect, test } from "vitest";
import { bytesSource } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { ModelError } from "../../src/errors.ts";
import { expectLoads, readAll, TORCH_FILES, torchFileBytes, torchFileCases } from "./support/torchFiles.ts";

/** What the error must name, by the manifest's `message_should_name`. */
const REFUSALS: Record<string, RegExp> = {
  "evil-system.pth": /the global "posix\.system"/,
  "evil-system-legacy.pkl": /the global "posix\.system"/,
  "evil-bare.pkl": /the global "posix\.system"/,
  "evil-eval-p2.pth": /the global "__builtin__\.eval"/,
  "evil-eval-p4.pth": /the global "builtins\.eval"/,
  "evil-inst.pth": /opcode 0x53 \(STRING\)/,
  "evil-obj.pth": /the global "os\.system"/,
  "evil-newobj.pth": /the global "subprocess\.Popen"/,
  "evil-build.pth": /the global "os\.system"/,
  "evil-getattr.pth": /the global "os\.path"/,
  "evil-dotted.pth": /the global "torch\.serialization\.os\.system"/,
  "evil-persid.pth": /the global "os\.system"/,
  "evil-ext.pth": /opcode 0x82 \(EXT1\)/,
  "evil-unseen-module.pth": /an object of fractions\.Fraction, which is not read/,
  "cut-half.pth": /a zip archive .* got none\. The file is truncated/,
  "cut-tail.pth": /a zip archive .* got none\. The file is truncated/,
  "cut-half-legacy.pkl":
    /storage "\d+": expected bytes up to \d+, got a file of 5754\. The file is truncated/,
  "cut-pickle-legacy.pkl": /The pickle is truncated/,
  "empty.pth": /an empty file/,
  "text.pth": /an HTML page/,
  "zero.pth": /a file of 4096 bytes that begins with 00/,
  "short-storage.pth": /storage 0: .*, got 32\. It is too short/,
  "missing-storage.pth": /"archive\/data\/7", got no such record/,
  "out-of-bounds-offset.pth": /"w": expected elements within the bounds of storage 0/,
  "out-of-bounds-stride.pth": /"w": expected elements within the bounds of storage 0/,
  "negative-stride.pth": /"w" stride: .*got -2/,
  "negative-size.pth": /"w" shape: .*got -1/,
  "negative-offset.pth": /"w" offset: .*got -1/,
  "huge-shape.pth": /the number 4611686018427387904 elements of F32, which is too large/,
  "huge-expand.pth": /at most \d+ elements in a view/,
  "huge-long.pth": /"w" shape: .*got 10{29,}/,
  "rank-mismatch.pth": /2 sizes and 1 strides/,
  "unknown-storage.pth": /the global "torch\.ComplexFloatStorage".*dtype/,
  "quantized.pth": /the global "torch\.QInt8Storage".*dtype/,
  "invented-storage.pth": /the global "torch\.system"/,
  "path-storage.pth": /data\/\.\.\/\.\.\/etc\/hostname", got no such record/,
  "no-stop.pth": /The pickle is truncated/,
  "stack-underflow.pth": /The pickle is broken/,
  "bad-memo.pth": /memo 5, got none\. The pickle is broken/,
  "unknown-opcode.pth": /opcode 0xff/,
  "huge-string.pth": /2147483647 more bytes.* The pickle is truncated/,
  "huge-long-digits.pth": /2147483647 more bytes.* The pickle is truncated/,
  "deep-nesting.pth": /at most 131072 lists, tuples and dictionaries, got more, or as deeply nested/,
  "self-reference.pth": /a list of 1 that holds no tensors/,
  "number-only.pth": /the number 42 that holds no tensors/,
  "zip-size-lie.pth": /bounds/,
  "zip-offset-lie.pth": /bounds/,
  "zip-crc.pth": /record "archive\/data\/0".*: expected checksum /,
  "zip-bomb.pth": /compression to no less than its 65\d{3} bytes/,
  "zip-no-pickle.pth": /no data\.pkl/,
  "zip-two-roots.pth": /ambiguous/,
  "torchscript.pt": /TorchScript/,
  "whole-module.pth": /an object of torch\.nn\.modules\.conv\.Conv2d.*state_dict\(\)/,
  "legacy-wrong-magic.pkl": /the magic number/,
};

const cases = torchFileCases().filter(({ file }) => !file.startsWith("tiny-"));

describe("files that must be read", () => {
  const good = cases.filter(({ expect: expectation }) => expectation);
  test.each(good)("$file: $what", (torchFile) => expectLoads(torchFile, TORCH_FILES));
});

describe("files that must be refused", () => {
  const bad = cases.filter(({ expect: expectation }) => !expectation);
  test.each(bad)("$file: $what", async ({ file }) => {
    const error = await readAll(bytesSource(torchFileBytes(file), file)).catch((cause) => cause);
    expect(error).toBeInstanceOf(ModelError);
    expect(REFUSALS).toHaveProperty([file]);
    expect(error.message).toMatch(REFUSALS[file]);
    expect(error.message.startsWith(file)).toBe(true);
    expect(error.message).not.toContain("\n");
  });

  test("no error is expected of a file that is not there", () => {
    expect(Object.keys(REFUSALS).sort()).toEqual(bad.map(({ file }) => file).sort());
  });
});
