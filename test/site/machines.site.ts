/** The page where something is missing: isolation, workers from Blobs, WebGPU, SIMD. */
import { describe, expect, test } from "vitest";
import { headersFor } from "../../src/cli/serve/pageHeaders.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, detected, READY, Site } from "./page.ts";

const POLICY = "Content-Security-Policy";
/** A worker with it gets no memory of 64 MB or more. */
const LITTLE_MEMORY = `
const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(wanted) {
    if (wanted.initial >= 1024) throw new RangeError("could not allocate memory");
    super(wanted);
  }
};
`;
/** V8 compiles no SIMD without these. */
const NO_SIMD = ["--js-flags=--no-enable-ssse3,--no-enable-sse4-1,--no-enable-sse4-2,--no-enable-avx"];
const WASM_REFUSED =
  "backend wasm: expected WebAssembly with 128-bit SIMD, got a machine without it. Choose another backend.";

const NOT_ISOLATED = {};

describe.skipIf(!chromiumPath && mayBeLeftOut)("a page", () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["that is not isolated", NOT_ISOLATED, /wasm runs on one thread: the page is not cross-origin isolated/],
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
      const help = page.getByText("npx centernet serve", { exact: true });
      // Isolation is not what every page lacks.
      await expect.poll(() => help.count()).toBe(headers === NOT_ISOLATED ? 1 : 0);
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
      await page.getByText("no WebGPU adapter").waitFor({ state: "detached" });
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
        await page.getByText(/^This browser offers no WebGPU adapter/).waitFor();
      }
      await page.getByRole("button", { name: "Run on wasm" }).click();
      await page.locator(READY.detect).waitFor();
      expect(await backend.inputValue()).toBe("wasm");
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  });

  test("says which backend runs if it tells no progress by layers", async () => {
    const site = await Site.open();
    try {
      const { page, faults } = await site.visit("detect?model=movenet-lightning&backend=webasm");
      const told = /^running the network on webasm: \d+ layers in one pass$/;
      await page.getByRole("status").filter({ hasText: told }).waitFor();
      await detected(page);
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  });

  test("without WebGPU compares nothing on it, and says why before a click", async () => {
    const site = await Site.open(undefined, []);
    try {
      const { page, faults } = await site.visit("compare?model=movenet-lightning&a=wasm&b=wgsl");
      const why = "This browser offers no WebGPU adapter on this machine. Choose another backend than wgsl.";
      await page.getByText(why, { exact: true }).waitFor();
      expect(await page.getByRole("button", { name: "Compare", exact: true }).count()).toBe(0);
      expect(await page.locator("main").innerText()).not.toContain("compile");
      const backend = page.getByRole("group", { name: "B" }).getByLabel("Backend");
      await backend.selectOption("webasm");
      await page.getByText("Not started yet: webasm may take long to compile.", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Compare", exact: true }).waitFor();
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  });

  test("with a software adapter says so before it compiles, and leaves it at once", async () => {
    const site = await Site.open();
    try {
      const { page, faults } = await site.visit("detect");
      await page.locator(READY.detect).waitFor();
      const backend = page.getByRole("combobox", { name: "Backend" });
      await backend.selectOption("wgsl");
      await page.getByText(/swiftshader.* is software, which computes on the processor/).waitFor();
      await page.getByRole("button", { name: "Run on wasm" }).click();
      expect(await backend.inputValue()).toBe("wasm");
      await detected(page);
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  });

  test("without enough memory says how much is wanted, and offers what takes less", async () => {
    const site = await Site.open();
    try {
      const { page, faults } = await site.visit("load");
      await page.context().route("**/assets/worker-*.js", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${LITTLE_MEMORY}${await response.text()}` });
      });
      await page.reload();
      await page.evaluate(() => {
        location.hash = "detect?size=512";
      });
      const refused =
        /^backend wasm: expected \d+ MB of memory for this network at this size, got .*Choose a smaller/;
      await page.getByRole("alert").filter({ hasText: refused }).waitFor();
      await page.getByRole("button", { name: "Use 480 × 480" }).click();
      await page.getByRole("alert").filter({ hasText: refused }).waitFor();
      await expect.poll(() => page.url()).toContain("size=480");
      await page.getByRole("combobox", { name: "Input size" }).selectOption("256");
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
      await page.getByRole("button", { name: "Run on cpu" }).click();
      await page.locator("tbody tr").first().waitFor();
      expect(await page.locator("main").innerText()).toMatch(/ran on\s+cpu, /);
      expect(faults).toEqual([]);
    } finally {
      await site.close();
    }
  });
});
