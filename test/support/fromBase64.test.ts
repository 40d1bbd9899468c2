import { afterEach, expect, test, vi } from "vitest";
import { fromBase64 } from "../../src/support/fromBase64.ts";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) & 255);
const base64 = Buffer.from(bytes).toString("base64");

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the same bytes by Node's decoder, by a browser's, and by atob", () => {
  expect(fromBase64(base64)).toEqual(bytes);
  vi.stubGlobal("Buffer", undefined);
  expect(fromBase64(base64)).toEqual(bytes);
  vi.stubGlobal(
    "Uint8Array",
    Object.assign(class extends Uint8Array {}, { fromBase64: (text: string) => [text] }),
  );
  expect(fromBase64(base64)).toEqual([base64]);
});
