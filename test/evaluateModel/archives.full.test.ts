import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { load } from "../../src/detect.ts";
import type { Detection } from "../../src/detection.ts";
import { evaluateDetector } from "../../src/evaluateModel/evaluateDetector.ts";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { annotationsOf } from "../../src/evaluation/reading/annotations.ts";
import { resultsOf } from "../../src/evaluation/reading/results.ts";
import { type CocoBox, type CocoKeypoints, cocoBoxes, cocoKeypoints } from "../../src/formats/coco.ts";
import { COCO_LABELS } from "../../src/models/coco.ts";
import { CHECKPOINTS } from "../support/zooModels.ts";

const SAMPLES = new URL("../../samples/", import.meta.url).pathname;
if (CHECKPOINTS === undefined)
  console.log("CENTERNET_CHECKPOINTS is not set: the real archives are left out");

/** What the model itself finds first becomes the truth: its weights are synthetic. */
describe.skipIf(CHECKPOINTS === undefined)("an archive of the real exporter is evaluated", () => {
  test.each([
    ["centernet_mobilenetv2fpn_512x512_coco17_od", "boxes", 23.4],
    ["centernet_mobilenetv2fpn_512x512_coco17_kpts", "keypoints", 41.7],
  ] as const)("%s", async (name, type, published) => {
    const weights = join(CHECKPOINTS ?? "", `${name}.tar.gz`);
    const detector = await load(undefined, { weights, backend: "wasm" });
    try {
      const files = ["people.png", "rocket.jpg"];
      const found = await Promise.all(
        files.map((file) => detector.detect(join(SAMPLES, file), { score: 0 })),
      );
      const annotations = annotationsOf({
        images: files.map((file_name, i) => ({ id: i + 1, file_name })),
        categories: [...COCO_LABELS].map(([id, label]) => ({ id, name: label })),
        annotations: found.flatMap(({ detections }, i) => {
          const isObject = ({ classId, box }: Detection) =>
            COCO_LABELS.has(classId) && box.xmax - box.xmin > 9 && box.ymax - box.ymin > 9;
          const best = detections.find(isObject);
          if (!best) return [];
          const { xmin, ymin, xmax, ymax } = best.box;
          const bbox = [xmin, ymin, xmax - xmin, ymax - ymin];
          const keypoints = best.keypoints?.flatMap(({ x, y }) => [x, y, 2]);
          const { classId: category_id } = best;
          return [
            { id: i + 1, image_id: i + 1, category_id, bbox, area: bbox[2] * bbox[3], iscrowd: 0, keypoints },
          ];
        }),
      });
      const outcome = await evaluateDetector(detector, annotations, ({ fileName }) =>
        join(SAMPLES, fileName),
      );
      expect(outcome.parameters.type).toBe(type);
      const list = found.flatMap<CocoBox | CocoKeypoints>(({ detections }, i) => {
        return (type === "boxes" ? cocoBoxes : cocoKeypoints)(detections, { imageId: i + 1 });
      });
      const wanted = evaluate(annotations, resultsOf(list, annotations, { type }));
      for (const key of ["precision", "recall", "scores"] as const) {
        expect(Buffer.from(outcome[key].buffer).equals(Buffer.from(wanted[key].buffer)), key).toBe(true);
      }
      expect(Math.max(...outcome.recall)).toBe(1);
      // All that the model gives, whatever its score.
      expect(outcome.arranged.results.found.count).toBeGreaterThan(20);
      expect(outcome.published).toMatchObject([
        { type, published, isSameProtocol: true, why: expect.stringMatching(/these are 2$/) },
      ]);
    } finally {
      await detector.dispose();
    }
  });
});
