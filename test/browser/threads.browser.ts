import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PRECISIONS } from "../../src/kernels/kernel.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { type BuiltPage, buildPage, type OpenPage } from "./builtPage.ts";
import { chromiumPath } from "./chromium.ts";
import { ISOLATED } from "./serve.ts";

const MODEL = "movenet-multipose";
const PICTURES = ["people", "people-192x256", "grace-hopper"];
/** A narrow Hourglass-104 with corner pooling. */
const HOURGLASS = "/goldens/triplet/centernet-tiny";
const HOURGLASS_PICTURES = { small: `${HOURGLASS}/small`, photo: "/samples" };

/**
 * Of hourglass-10 from gpu.js, in parts of each map's largest value: Winograd's F(4x4) and fused multiply-adds through
 * the whole network.
 */
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
    note: expect.stringMatching(/^wasm runs on one thread: no others can be started here \(.+\)$/),
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
      test(`computes on ${threads} of 2 threads, and says why where that is less`, async () => {
        const page = await built.open(headers);
        const found = await page.call("detect", "wasm", MODEL, "/samples/people.jpg", 2);
        expect(found.detections).toHaveLength(3);
        expect(found.backend).toBe("wasm");
        expect(found.backendDetails).toMatchObject({ build: "relaxed", threads });
        expect(found.backendDetails.note).toEqual(note);
      });

      // One thread is one thread, for whatever reason.
      if ("Content-Security-Policy" in headers) return;
      for (const build of ["relaxed", "plain"] as const) {
        describe(`on ${build} SIMD`, () => {
          let page: OpenPage;
          beforeAll(async () => {
            page = await built.open(headers);
            await page.call("haveBuild", build);
          });

          for (const precision of PRECISIONS) {
            const choices = { threads: 2, precision };
            const counted = threads === 1 ? "1 thread" : `${threads} threads`;
            const exactly = precision === "exact" ? ", precision exact" : "";
            const ranOn = `wasm (${build} SIMD, ${counted}${exactly})`;

            for (const image of PICTURES) {
              test(`${MODEL}, ${image}: agrees with TensorFlow.js at every tap, precision ${precision}`, async () => {
                const golden = `/goldens/tfjs/${MODEL}/${image}`;
                const report = await page.call("verify", "wasm", MODEL, golden, choices);
                expect(report.ranOn).toBe(ranOn);
                expect(report.pass, report.text).toBe(true);
              });
            }

            for (const [name, images] of Object.entries(HOURGLASS_PICTURES)) {
              test(`a narrow hourglass, ${name}: agrees with PyTorch from the image to the boxes, precision ${precision}`, async () => {
                const report = await page.call("verifyTriplet", HOURGLASS, name, images, choices);
                expect(report.ranOn).toBe(ranOn);
                expect(report.pass, report.text).toBe(true);
              });
            }

            test(`hourglass-10 agrees with gpu.js, precision ${precision}`, async () => {
              const { difference, maps, details } = await page.call("hourglass", choices);
              expect(details).toMatchObject({ build, threads, precision });
              expect(maps).toBeGreaterThan(2);
              expect(difference).toBeLessThan(HOURGLASS_TOLERANCE);
            });
          }
        });
      }
    });
  }
});
