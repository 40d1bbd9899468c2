/** The page where something is missing: isolation, workers from Blobs, WebGPU, SIMD. */
import { describe, expect, test } from "vitest";
import { headersFor } from "../../src/cli/serve/pageHeaders.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, READY, Site } from "./page.ts";

const POLICY = "Content-Security-Policy";
/** V8 compiles no SIMD without these. */
const NO_SIMD = ["--js-flags=--no-enable-ssse3,--no-enable-sse4-1,--no-enable-sse4-2,--no-enable-avx"];
const WASM_REFUSED =
  "backend wasm: expected WebAssembly with 128-bit SIMD, got a machine without it. Choose another backend.";

describe.skipIf(!chromiumPath && mayBeLeftOut)("a page", () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["that is not isolated", {}, /wasm runs on one thread: the page is not cross-origin isolated/],
    [
      "whose policy forbids workers from Blobs",
      { ...headersFor("index.html"), [POLICY]: headersFor("index.html")[POLICY].replace(" blob:;", ";") },
      /wasm runs on one thread: no others can be started here/,
    ],
  ])("%s finds the same on one thread, and says why", async (_, headers, note) => {
    const site = await Site.open(headers);
    try {
      const { page } = await site.visit("detect");
      await page.locator(READY.detect).waitFor();
      expect(await page.locator("main").innerText()).toMatch(note);
    } finally {
      await site.close();
    }
  });

  test("without WebGPU runs on wasm, and says what is missing for the other backends", async () => {
    const site = await Site.open(undefined, []);
    try {
      const { page, faults } = await site.visit("detect?backend=auto");
      await page.locator(READY.detect).waitFor();
      expect(await page.locator("main").innerText()).toMatch(/ran on\s+wasm \(/);
      const backend = page.getByRole("combobox", { name: "Backend" });
      for (const [name, sentence] of [
        [
          "wgsl",
          /^backend wgsl: expected a WebGPU adapter, got none\. Use another browser or another backend\.$/,
        ],
        [
          "webgpu",
          /^backend webgpu: expected one that this machine has \(.*\), got webgpu\. Choose one of these, or another browser\.$/,
        ],
      ] as const) {
        await backend.selectOption(name);
        await page.getByRole("alert").filter({ hasText: sentence }).waitFor();
      }
      await backend.selectOption("wasm");
      await page.locator(READY.detect).waitFor();
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  });

  test("without SIMD says so, and computes on another backend", async () => {
    const site = await Site.open(undefined, NO_SIMD);
    try {
      const { page, faults } = await site.visit("detect?model=movenet-lightning");
      await page.getByRole("alert").filter({ hasText: WASM_REFUSED }).waitFor();
      await page.getByRole("combobox", { name: "Backend" }).selectOption("cpu");
      await page.locator("tbody tr").first().waitFor();
      expect(await page.locator("main").innerText()).toMatch(/ran on\s+cpu, /);
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  });
});
