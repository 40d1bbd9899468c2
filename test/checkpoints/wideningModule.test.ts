import { afterEach, expect, test, vi } from "vitest";
import { float16sToFloat32, float16ToNumber } from "../../src/checkpoints/bytes/float16.ts";
import { widenInModule } from "../../src/checkpoints/bytes/wideningModule.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Every half, over and over. */
function halves(count: number): Uint16Array {
  return Uint16Array.from({ length: count }, (_, i) => (i * 40_503) & 0xffff);
}

const bitsOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A NaN keeps its payload, which it would lose as a number of JavaScript. */
function expected(source: Uint16Array): Uint32Array {
  const number = new Float32Array(1);
  const bits = new Uint32Array(number.buffer);
  return Uint32Array.from(source, (half) => {
    if ((half & 0x7fff) > 0x7c00) return (((half & 0x8000) << 16) | 0x7f800000 | ((half & 1023) << 13)) >>> 0;
    number[0] = float16ToNumber(half);
    return bits[0];
  });
}

test.each([4096, 65_536, 65_537, 65_539, 200_001])("%d halves widen as one by one, to the bit", (count) => {
  const source = halves(count);
  const values = new Float32Array(count);
  expect(widenInModule(new Uint8Array(source.buffer), values)).toBe(true);
  expect(Buffer.compare(bitsOf(values), bitsOf(expected(source)))).toBe(0);
  // In place, as weights are read.
  expect(Buffer.compare(bitsOf(float16sToFloat32(new Uint8Array(source.buffer))), bitsOf(values))).toBe(0);
});

test("bytes at an odd address", () => {
  const source = halves(5000);
  const bytes = new Uint8Array(10_001);
  bytes.set(new Uint8Array(source.buffer), 1);
  const values = float16sToFloat32(bytes.subarray(1));
  expect(Buffer.compare(bitsOf(values), bitsOf(expected(source)))).toBe(0);
});

test("where WebAssembly is forbidden, nothing is written, and JavaScript widens", async () => {
  vi.stubGlobal("WebAssembly", {
    Module: class {
      constructor() {
        throw new Error("Wasm code generation disallowed by embedder");
      }
    },
  });
  const { widenInModule: forbidden } = await import("../../src/checkpoints/bytes/wideningModule.ts");
  const { float16sToFloat32: widen } = await import("../../src/checkpoints/bytes/float16.ts");
  // Without NaN, which loses its payload there.
  const source = halves(10_000).map((half) => half & 0xfbff);
  const values = new Float32Array(source.length).fill(7);
  expect(forbidden(new Uint8Array(source.buffer), values)).toBe(false);
  expect(values.every((value) => value === 7)).toBe(true);
  expect(Buffer.compare(bitsOf(widen(new Uint8Array(source.buffer))), bitsOf(expected(source)))).toBe(0);
});
