import { describe, expect, test } from "vitest";
import { unsnappy } from "../../src/checkpoints/tensorBundle/snappy.ts";
import { ModelError } from "../../src/errors.ts";
import { bytes, concatenated, snappyOf, varint } from "./support/madeBundle.ts";

const text = (value: string) => new TextEncoder().encode(value);

describe("snappy", () => {
  test("gives back what was compressed, with every kind of element", () => {
    const contents = text(`abc${"x".repeat(50)}${"yz".repeat(9)}${"q".repeat(7)}${"0123456789".repeat(30)}`);
    expect(unsnappy(snappyOf(contents), "s")).toEqual(contents);
    const far = concatenated(
      varint(2000),
      bytes(61 << 2, 0xe7, 3),
      new Uint8Array(1000).fill(7),
      ...Array.from({ length: 15 }, () => bytes(3 | (63 << 2), 0xe8, 3, 0, 0)),
      bytes(2 | (39 << 2), 1, 0),
    );
    expect(unsnappy(far, "s")).toEqual(new Uint8Array(2000).fill(7));
  });

  test.each<[string, Uint8Array, string]>([
    ["nothing", bytes(), "another byte, got the end of the data"],
    ["a length without end", bytes(255, 255, 255, 255, 255, 1), "a length of at most 5 bytes"],
    [
      "4 GB from 8 bytes",
      bytes(255, 255, 255, 255, 15, 0, 1, 2),
      "a length that fits, got 4294967295 bytes from 8",
    ],
    ["a literal beyond the end", bytes(5, 16, 1, 2), "5 bytes of a literal"],
    ["a copy from before the start", bytes(9, 0, 1, 1 | (4 << 2), 2), "a copy from 1 to 1 bytes back, got 2"],
    ["a copy from nowhere", bytes(9, 0, 1, 1, 0), "got 0"],
    ["too much", bytes(1, 4, 1, 2), "at most 1 bytes, got 2"],
    ["too little", bytes(3, 4, 1, 2), "3 bytes, got 2"],
  ])("%s is refused", (_, stored, message) => {
    expect(() => unsnappy(stored, "s")).toThrow(ModelError);
    expect(() => unsnappy(stored, "s")).toThrow(message);
  });
});
