import { describe, expect, test } from "vitest";
import { crc32c, maskCrc, unmaskCrc } from "../../src/support/crc.ts";

const text = (value: string) => new TextEncoder().encode(value);

describe("CRC32C", () => {
  test("has its published check value, in pieces of any length too", () => {
    const digits = text("123456789");
    expect(crc32c(digits)).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa); // RFC 3720, B.4
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    const long = Uint8Array.from({ length: 999 }, (_, i) => Math.imul(i, 40503) >>> 3);
    for (const cut of [0, 1, 7, 8, 9, 500, 999]) {
      expect(crc32c(long.subarray(cut), crc32c(long.subarray(0, cut)))).toBe(crc32c(long));
    }
  });

  test("is masked and unmasked", () => {
    for (const crc of [0, 1, 0x7fffffff, 0x80000000, 0xe3069283, 0xffffffff]) {
      expect(unmaskCrc(maskCrc(crc))).toBe(crc);
      expect(maskCrc(crc)).not.toBe(crc);
    }
  });
});
