import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Detector, load } from "../src/index.ts";

const SAMPLES = new URL("../samples", import.meta.url).pathname;
/** A folder of further photos, which do not belong to the project. */
const PHOTOS = process.env.CENTERNET_PHOTOS;

/** Persons of score 0.1 or more that movenet-multipose finds at 256 x 256, as the original does. */
const TABLE = [
  { folder: SAMPLES, file: "people.png", scores: [0.51, 0.45, 0.32] },
  { folder: SAMPLES, file: "grace-hopper.jpg", scores: [0.62] },
  { folder: PHOTOS, file: "cyclists.jpg", scores: [0.52, 0.48, 0.26, 0.22, 0.13] },
  { folder: PHOTOS, file: "street.jpg", scores: [0.31, 0.31, 0.23] },
  { folder: PHOTOS, file: "stop-sign.jpg", scores: [] },
];

describe("movenet-multipose finds the persons that the original finds", () => {
  let detector: Detector;
  beforeAll(async () => {
    detector = await load("movenet-multipose", { backend: "webasm" });
  });
  afterAll(() => detector.dispose());

  for (const { folder, file, scores } of TABLE) {
    test.skipIf(folder === undefined)(`${file}${folder ? "" : " (needs CENTERNET_PHOTOS)"}`, async () => {
      const bytes = new Uint8Array(await readFile(join(folder ?? "", file)));
      const { detections } = await detector.detect(bytes, { score: 0.1 });
      expect(detections).toHaveLength(scores.length);
      for (const [i, score] of scores.entries()) {
        // JPEG decoders differ: by up to 0.033 in a score.
        expect(Math.abs(detections[i].score - score)).toBeLessThan(0.035);
      }
    });
  }
});
