import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { type BuiltPage, buildPage, type OpenPage } from "./builtPage.ts";
import { chromiumPath } from "./chromium.ts";
import { ISOLATED } from "./serve.ts";

const MODEL = "movenet-multipose";
const GOLDEN = `/goldens/tfjs/${MODEL}/people`;

/** Winograd's F(4x4) and fused multiply-adds, through the whole network. */
const HOURGLASS_TOLERANCE = 1e-4;

const PAGES = [
  { title: "an isolated page", headers: ISOLATED, threads: 2, note: undefined },
  {
    title: "a page that is not isolated",
    headers: {},
    threads: 1,
    note: "wasm runs on one thread: the page is not cross-origin isolated, so that threads could not share memory",
  },
  {
    title: "an isolated page whose policy forbids Workers",
    headers: { ...ISOLATED, "Content-Security-Policy": "worker-src 'none'" },
    threads: 1,
    note: expect.stringMatching(/^wasm runs on one thread: others do not start here \(.+\)$/),
  },
];

describe.skipIf(!chromiumPath && mayBeLeftOut)("wasm in headless Chromium", () => {
  let built: BuiltPage;
  beforeAll(async () => {
    built = await buildPage();
  });
  afterAll(() => built?.close());

  for (const { title, headers, threads, note } of PAGES) {
    describe(`in ${title}`, () => {
      let page: OpenPage;
      beforeAll(async () => {
        page = await built.open(headers);
      });

      test(`computes on ${threads} of 2 threads, and says why where that is less`, async () => {
        const { detections, backend, backendDetails } = await page.call(
          "detect",
          "wasm",
          MODEL,
          "/samples/people.jpg",
          2,
        );
        expect(detections).toHaveLength(3);
        expect(backend).toBe("wasm");
        expect(backendDetails.threads).toBe(threads);
        expect(backendDetails.note).toEqual(note);
      });

      test(`${MODEL} agrees with TensorFlow.js at every tap`, async () => {
        const report = await page.call("verify", "wasm", MODEL, GOLDEN);
        expect(report.pass, report.text).toBe(true);
      });

      // gpu.js needs Workers of its own where a page is isolated.
      test.skipIf("Content-Security-Policy" in headers)("hourglass-10 agrees with gpu.js", async () => {
        const { difference, maps, details } = await page.call("hourglass", 2);
        expect(details.threads).toBe(threads);
        expect(maps).toBeGreaterThan(2);
        expect(difference).toBeLessThan(HOURGLASS_TOLERANCE);
      });
    });
  }
});
