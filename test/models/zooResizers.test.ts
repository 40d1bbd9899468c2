import { describe, expect, test } from "vitest";
import { type Detector, load } from "../../src/detect.ts";
import type { DetectResult } from "../../src/detectResult.ts";
import { ImageError, UsageError } from "../../src/errors.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { cropped, crowd, readStretchedFile, resizedBy, stretchedCase } from "../support/zooResizers.ts";

const photo = await crowd();
const PIXELS = "preprocess.normalize";

async function withDetector<Result>(
  resizer: string | undefined,
  use: (detector: Detector) => Promise<Result>,
): Promise<Result> {
  const detector = await load(undefined, { backend: "wasm", threads: 1, weights: await resizedBy(resizer) });
  try {
    return await use(detector);
  } finally {
    await detector.dispose();
  }
}

describe("an image stretched to unequal sides", async () => {
  const golden = await stretchedCase();
  const weights = await resizedBy();

  test.each(["wasm", "cpu"] as const)(
    "agrees with TensorFlow from its file to the boxes on %s",
    async (backend) => {
      const report = await verifyModel(undefined, golden, { backend, weights }, readStretchedFile);
      expect(report.pass, formatReport(report)).toBe(true);
      expect(report.taps.filter(({ compared }) => compared)).toHaveLength(11);
    },
  );

  test("has its boxes where TensorFlow has them in the image", async () => {
    const valuesOf = (name: string) => golden.taps.find((tap) => tap.name === name)?.values ?? [];
    const { detections } = await withDetector(undefined, (detector) => {
      expect(detector.network.inputSize).toEqual({ height: 96, width: 128 });
      return detector.detect(photo, { score: 0 });
    });
    const scores = valuesOf("detections/detection_scores");
    const boxes = valuesOf("detections/detection_boxes");
    // Rows whose scores are so close may change places.
    const rows = Array.from({ length: 20 }, (_, row) => row).filter((row) => {
      return [row - 1, row + 1].every((other) => Math.abs((scores[other] ?? 2) - scores[row]) > 1e-4);
    });
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const [ymin, xmin, ymax, xmax] = boxes.slice(row * 4, row * 4 + 4);
      const { box, score } = detections[row];
      expect(score).toBeCloseTo(scores[row], 4);
      const differences = [
        box.ymin - ymin * 180,
        box.ymax - ymax * 180,
        box.xmin - xmin * 360,
        box.xmax - xmax * 360,
      ];
      expect(Math.max(...differences.map(Math.abs))).toBeLessThan(0.01);
    }
  });

  test("may be stretched to another size, if the network can run it", async () => {
    const open = (width: number, height: number) =>
      load(undefined, { backend: "wasm", weights, inputSize: { width, height } });
    const detector = await open(96, 61);
    const { taps } = await detector.detect(photo, { taps: [PIXELS] });
    await detector.dispose();
    expect(taps[PIXELS].shape).toEqual([1, 61, 96, 3]);
    await expect(open(96, 60)).rejects.toThrow("got 96x60. The nearest that it can run is 96x61.");
  });
});

describe("images that decide the size of the network's input", () => {
  test("lead to the same on any order of sizes, from plans that are kept or new", async () => {
    const images = [
      [96, 64],
      [64, 96],
      [125, 61],
      [4, 96],
      [3, 2],
    ].map(([width, height]) => cropped(photo, width, height));
    const found = (results: readonly DetectResult[]) => results.map(({ detections }) => detections);
    const alone: DetectResult[] = [];
    for (const image of images) {
      alone.push(
        await withDetector("identity_resizer { }", (detector) => detector.detect(image, { score: 0 })),
      );
    }
    await withDetector("identity_resizer { }", async (detector) => {
      const order = [0, 1, 0, 2, 3, 4, 1, 0, 2, 3, 3, 4];
      const results = await Promise.all(order.map((i) => detector.detect(images[i], { score: 0 })));
      expect(found(results)).toEqual(order.map((i) => alone[i].detections));
    });
    expect(alone.map(({ detections }) => detections.length)).toEqual([100, 100, 100, 100, 100]);
  });

  const sizes: readonly (readonly [resizer: string, image: [number, number], input: [number, number]])[] = [
    ["keep_aspect_ratio_resizer { min_dimension: 64 max_dimension: 96 }", [300, 150], [96, 48]],
    ["keep_aspect_ratio_resizer { min_dimension: 64 max_dimension: 96 }", [150, 180], [64, 77]],
    [
      "conditional_shape_resizer { condition: SMALLER size_threshold: 96 resize_method: AREA }",
      [64, 32],
      [192, 96],
    ],
    ["conditional_shape_resizer { condition: GREATER size_threshold: 96 }", [64, 32], [64, 32]],
    ["pad_to_multiple_resizer { multiple: 32 convert_to_grayscale: true }", [33, 20], [64, 32]],
    ["identity_resizer { }", [93, 126], [93, 126]],
  ];
  test.each(sizes)("%s: from %j to %j, or refused", async (resizer, [width, height], [columns, rows]) => {
    await withDetector(resizer, async (detector) => {
      const detected = detector.detect(cropped(photo, width, height), {
        taps: [PIXELS],
        where: "a.png",
        onCost: () => {},
      });
      const fits = [columns, rows].every((side) => side % 32 === 0 || side % 32 > 28);
      if (!fits) {
        await expect(detected).rejects.toThrow(ImageError);
        await expect(detected).rejects.toThrow(
          `a.png: expected sides that the network can run, multiples of 32`,
        );
        await expect(detected).rejects.toThrow(`got ${columns}x${rows} after ${resizer.split(" ")[0]}`);
        return;
      }
      const { taps, width: shown, height: high } = await detected;
      expect(taps[PIXELS].shape).toEqual([1, rows, columns, 3]);
      expect([shown, high]).toEqual([width, height]);
    });
  });

  test("leave no size to choose, and a typical one to describe the network", async () => {
    const weights = await resizedBy("identity_resizer { }");
    const chosen = load(undefined, { backend: "wasm", weights, inputSize: { width: 64, height: 64 } });
    await expect(chosen).rejects.toThrow(UsageError);
    await expect(chosen).rejects.toThrow(
      "each image decides it, got 64x64. Its pipeline.config says so: identity_resizer",
    );
    await withDetector("identity_resizer { }", async ({ network }) => {
      expect(network.inputSize).toEqual({ width: 640, height: 480 });
      expect(network.graph.inputs.image).toEqual([1, 480, 640, 3]);
    });
  });

  test("are refused before anything runs if they would become too large", async () => {
    await withDetector(
      "conditional_shape_resizer { condition: SMALLER size_threshold: 20000 }",
      async (detector) => {
        const call = detector.detect(cropped(photo, 30, 10), { where: "a.png" });
        await expect(call).rejects.toThrow(ImageError);
        await expect(call).rejects.toThrow(
          "got 60000x20000. The model's conditional_shape_resizer decides this size: scale the image down, or crop it.",
        );
      },
    );
  });
});

test.each([
  undefined,
  "identity_resizer { }",
  "keep_aspect_ratio_resizer { min_dimension: 64 max_dimension: 96 }",
])(
  "mirror images and several scales are refused in a sentence, whatever the resizer: %s",
  async (resizer) => {
    await withDetector(resizer, async (detector) => {
      for (const options of [{ flip: true }, { scales: [0.5, 1] }]) {
        const call = detector.detect(photo, options);
        await expect(call).rejects.toThrow(UsageError);
        await expect(call).rejects.toThrow(
          /expected a model that supports it, got centernet_\S+\. It runs once per image\.$/,
        );
      }
    });
  },
);
