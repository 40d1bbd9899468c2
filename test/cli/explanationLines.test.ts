import { expect, test } from "vitest";
import { explanationLines } from "../../src/cli/report/explanationLines.ts";
import type { Detection } from "../../src/detection.ts";
import type { TripletExplanation } from "../../src/explain/explanation.ts";

const peak = (x: number, y: number, score: number) => ({ x, y, score });
const box = { xmin: 10, ymin: 20, xmax: 40, ymax: 80 };
const corners = {
  scale: 0.6,
  mirrored: true,
  topLeft: peak(40, 20, 0.9),
  bottomRight: peak(10, 80, 0.7),
  embeddingDistance: 0.123,
};
const triplet = { ...corners, center: peak(25, 50, 0.5), centralRegion: box, score: 0.7 };
const detections: Detection[] = [{ label: "cat", classId: 17, score: 0.6, box, triplet }];
const explanation: TripletExplanation = {
  family: "triplets",
  views: [],
  pairs: { accepted: 1014, class: 1200, embedding: 0, geometry: 0, outside: 1, noCenter: 2 },
  beyondBestPairs: 1003,
  suppressed: 1,
  beyondBestBoxes: 7,
  rejected: [
    { ...corners, reason: "class", labels: ["cat", "dog"], score: 0.8, box },
    { ...corners, reason: "noCenter", labels: ["cat", "cat"], score: 0.75, box, centralRegion: box },
  ],
};

test("shows the three peaks of each box, every count, and the best pairs of each reason", () => {
  const text = explanationLines(detections, explanation).join("\n");
  expect(text).toMatch(/cat +0\.60 +0\.70 +40,20 0\.90 +10,80 0\.70 +25,50 0\.50 +0\.12 +0\.6x mirrored/);
  const sentence = text.replace(/\s+/g, " ");
  expect(sentence).toContain(
    "2,217 pairs of corners: 1,014 confirmed by a center (1 shown, 1,003 beyond the best pairs of a view, 1 dropped by soft-NMS, 7 beyond the best boxes, 2 beyond --score and --max); 1,200 of two classes;",
  );
  expect(sentence).toContain("1 with a box that reaches beyond the image; 2 without a center");
  expect(sentence).not.toContain("embeddings too far");
  expect(text).toMatch(/class +cat, dog +0\.80/);
  expect(text).toMatch(/noCenter +cat +0\.75/);
});

test("explains the corners of mirror images if there are any", () => {
  const told = (mirrored: boolean) => {
    const rejected = explanation.rejected.map((pair) => ({ ...pair, mirrored }));
    return explanationLines([], { ...explanation, rejected })
      .join(" ")
      .replace(/\s+/g, " ");
  };
  expect(told(true)).toContain(
    "mirrored: found in the mirror image. There the top-left corner is the box's top-right",
  );
  expect(told(false)).not.toContain("mirror");
});

test("explains an image without boxes", () => {
  const lines = explanationLines([], { ...explanation, rejected: [] });
  expect(lines[0]).toMatch(/^ {2}2,217 pairs of corners: 1,014 confirmed by a center \(0 shown/);
});
