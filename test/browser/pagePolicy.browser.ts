/** What a page with a strict content security policy gets: a backend that the policy allows, or an error that names it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { ROOT } from "./builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "./chromium.ts";
import { serve } from "./serve.ts";

const STRICT = "default-src 'self'; script-src 'self'";
const WITH_WASM = `${STRICT} 'wasm-unsafe-eval'`;

/** Scripts that a test has the browser run are free of the policy, so the page does everything by itself. */
const SCRIPT = `
import { asNdarray, compare, load, openDump, readGoldenCase, verifyModel } from "/dist/index.js";
const { backend, taps, array, compared, verified, gpu } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
if (gpu) WebGL2RenderingContext.prototype.getParameter = new Proxy(WebGL2RenderingContext.prototype.getParameter, {
  apply: (get, gl, [name]) => (name === 0x9246 ? "a card" : get.call(gl, name)),
});
const output = document.createElement("pre");
try {
  const detector = await load("movenet-lightning", { backend });
  const { backend: ranOn, backendDetails } = detector.network;
  const told = { ranOn, note: backendDetails.note };
  if (taps) {
    const result = await detector.detect("/samples/people.jpg", { taps });
    const returned = Object.entries(result.taps);
    const passed = [];
    const onTap = async (name, { data }) => passed.push([name, data]);
    const walked = await detector.detect("/samples/people.jpg", { taps, onTap });
    told.taps = passed.map(([name]) => name);
    told.same = returned.length === passed.length && Object.keys(walked.taps).length === 0
      && passed.every(([name, data]) => data.every((value, i) => value === result.taps[name].data[i]));
    if (array) told.stride = asNdarray(returned[0][1]).stride;
  }
  if (compared) {
    const image = "/samples/people.jpg";
    const opByOp = await load("movenet-lightning", { backend, fuse: false });
    const { layers, firstBeyond, detections } = await compare(detector, opByOp, { image });
    const { taps: { [compared]: value } } = await opByOp.detect(image, { taps: compared });
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + value.shape.join(", ") + "), }\\n";
    const start = Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0);
    const dump = await openDump([new File([start, header, value.data], compared + ".npy")]);
    const beside = await compare(opByOp, dump, { image, tolerance: 0 });
    told.compared = {
      layers: layers.length,
      differing: layers.filter(({ max }) => max > 0).length > 0,
      beyond: firstBeyond?.name ?? beside.firstBeyond?.name,
      outcomes: detections.map(({ outcome }) => outcome),
      dumped: beside.layers.map(({ name }) => name),
    };
  }
  if (verified) {
    const read = (folder) => async (name) => {
      const response = await fetch(folder + name);
      if (!response.ok) throw new Error(response.statusText);
      return new Uint8Array(await response.arrayBuffer());
    };
    const golden = await readGoldenCase(read("/goldens/" + verified + "/"), verified);
    const { pass, taps } = await verifyModel(golden.model, golden, { backend }, read("/samples/"));
    told.verified = { pass, taps: taps.length };
  }
  output.textContent = JSON.stringify(told);
} catch ({ name, message }) {
  output.textContent = JSON.stringify({ error: name + ": " + message });
}
document.body.append(output);
`;

interface Wanted {
  readonly backend: string;
  /** Read by `taps` and by `onTap`, which must agree. */
  readonly taps?: string;
  /** Read a tap by the `ndarray` package. */
  readonly array?: boolean;
  /** Compare the network with the same one op by op, and that one's value of this layer with a dump of it. */
  readonly compared?: string;
  /** Run the golden case in this folder. */
  readonly verified?: string;
  /** WebGL 2 names a graphics card. */
  readonly gpu?: boolean;
}

const noWasm = (backend: string) =>
  `backend ${backend}: expected a page that may use WebAssembly, got a content security policy that forbids it. Allow it with script-src 'wasm-unsafe-eval', or choose another backend.`;
const noFunctions = (where: string, instead: string) =>
  `${where}: expected a page that may use functions made from text, got a content security policy that forbids it. Allow it with script-src 'unsafe-eval', or ${instead}.`;

describe.skipIf(!chromiumPath && mayBeLeftOut)("a page with a content security policy", () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    folder = await mkdtemp(join(tmpdir(), "centernet-policy-"));
    await writeFile(
      join(folder, "index.html"),
      '<!doctype html><body><script type="module" src="page.js"></script>',
    );
    await writeFile(join(folder, "page.js"), SCRIPT);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function onPage(
    policy: string,
    wanted: Wanted,
  ): Promise<{ ranOn?: string; note?: string; taps?: string[]; same?: boolean; error?: string }> {
    const folders = ["dist/browser", "weights", "samples", "test/goldens/tfjs"];
    const [dist, weights, samples, goldens] = folders.map((name) => join(ROOT, name));
    const headers = { "Content-Security-Policy": policy };
    const server = await serve({ page: folder, dist, weights, samples, goldens }, headers);
    const page = await browser.newPage();
    try {
      await page.goto(`${server.url}/page/index.html#${encodeURIComponent(JSON.stringify(wanted))}`);
      return JSON.parse((await page.locator("pre").textContent({ timeout: 120_000 })) ?? "");
    } finally {
      await page.close();
      server.close();
    }
  }

  test("that forbids WebAssembly is named by wasm, webasm and auto, with the directive", async () => {
    for (const backend of ["wasm", "webasm"]) {
      expect(await onPage(STRICT, { backend })).toEqual({ error: `BackendError: ${noWasm(backend)}` });
    }
    expect(await onPage(STRICT, { backend: "auto" })).toEqual({ error: `BackendError: ${noWasm("wasm")}` });
  });

  test("that forbids functions from text is named by cpu and asNdarray, with the directive", async () => {
    const error = `BackendError: ${noFunctions("backend cpu", "choose another backend")}`;
    expect(await onPage(STRICT, { backend: "cpu" })).toEqual({ error });
    const tapped = { backend: "wasm", taps: "backbone.stem.relu6", array: true };
    expect(await onPage(WITH_WASM, tapped)).toEqual({
      error: `BackendError: ${noFunctions("asNdarray", "read shape and data of the tensor")}`,
    });
    expect(await onPage(`${STRICT} 'unsafe-eval'`, tapped)).toMatchObject({
      ranOn: "wasm",
      stride: [96 * 96 * 32, 96 * 32, 32, 1],
    });
  });

  test.each([
    ["wasm", "all", 80],
    ["webasm", "backbone.block1.*", 3],
  ])("that forbids functions from text lets %s read taps", async (backend, taps, count) => {
    const { taps: names, ...rest } = await onPage(WITH_WASM, { backend, taps });
    expect(rest).toMatchObject({ ranOn: backend, same: true });
    expect(names).toHaveLength(count);
  });

  test("that forbids functions from text lets runs be compared, with each other and with a dump", async () => {
    const compared = "backbone.stem.conv2d";
    expect(await onPage(WITH_WASM, { backend: "wasm", compared })).toMatchObject({
      compared: { layers: 80, differing: true, outcomes: ["matched"], dumped: [compared] },
    });
  });

  test("that forbids functions from text lets a golden case be read and verified", async () => {
    expect(
      await onPage(WITH_WASM, { backend: "wasm", verified: "movenet-lightning/grace-hopper" }),
    ).toMatchObject({
      verified: { pass: true, taps: 19 },
    });
  });

  test("that allows WebAssembly is enough for wasm and auto", async () => {
    for (const backend of ["wasm", "auto"]) {
      expect(await onPage(WITH_WASM, { backend })).toMatchObject({ ranOn: "wasm" });
    }
  });

  test("that forbids WebAssembly lets auto go on to a GPU, and the note says why", async () => {
    const { ranOn, note } = await onPage(STRICT, { backend: "auto", gpu: true });
    expect(ranOn).toBe("webgl2");
    expect(note).toContain(`wasm is not used: ${noWasm("wasm")}`);
  });

  test("that forbids everything but its own scripts is enough for wgsl and its taps", async () => {
    const { taps, ...rest } = await onPage(STRICT, { backend: "wgsl", taps: "heads.*" });
    expect(rest).toEqual({ ranOn: "wgsl", same: true });
    expect(taps).toHaveLength(14);
  });
});
