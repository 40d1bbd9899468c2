import { expect, test } from "vitest";
import { CostLines } from "../../src/cli/detect/costLines.ts";
import { RunNotes } from "../../src/cli/report/runNotes.ts";
import type { DetectResult } from "../../src/detectResult.ts";
import { modelNamed } from "../../src/models/models.ts";

const result = (leftOut: DetectResult["leftOut"], limitReached?: number) =>
  ({ leftOut, limitReached }) as DetectResult;

test("what was cut is summed over the images", () => {
  const notes = new RunNotes(modelNamed("movenet-multipose"));
  notes.add(result({ score: { count: 3, best: { label: "person", score: 0.19 } } }));
  notes.add(result({ score: { count: 2, best: { label: "person", score: 0.004 } } }));
  notes.add(result({ max: { count: 1, best: { label: "person", score: 0.5 } } }, 6));
  const chosen = { score: 0.2, max: 6, saves: [] };
  expect(notes.lines(chosen)).toEqual([
    "--score 0.2 left out 5 detections in 2 images, at best person 0.19",
    "--max 6 left out 1 detection, at best person 0.50",
    "movenet-multipose finds at most 6 per image, and found as many in 1 image: there may be more",
  ]);
  // Nobody chose the default score, so what it cuts is no news, except for an evaluation.
  expect(notes.lines({ ...chosen, score: undefined })).toHaveLength(2);
  expect(notes.lines({ ...chosen, score: undefined, saves: ["coco"] })[0]).toBe(
    "the default score left out 5 detections in 2 images, at best person 0.19; an evaluation needs --score 0",
  );
});

test("a model that always finds one person has no limit worth a note", () => {
  const notes = new RunNotes(modelNamed("movenet-lightning"));
  notes.add(result({}, 1));
  expect(notes.lines({ max: 100, saves: [] })).toEqual([]);
});

test("the cost of a long run is told once, and again only if it grows much", () => {
  const lines: string[] = [];
  const costs = new CostLines((line) => lines.push(line));
  costs.of("short.jpg")({ multiplyAdds: 1e9, seconds: 4.9, memoryBytes: 1e9 });
  costs.of("unknown.jpg")({ multiplyAdds: 1e9 });
  costs.of("long.jpg")({ multiplyAdds: 1e12, seconds: 25.4, memoryBytes: 1.9e9 });
  costs.of("same.jpg")({ multiplyAdds: 1.4e12, seconds: 30, memoryBytes: 1.9e9 });
  costs.of("longer.jpg")({ multiplyAdds: 4e12, seconds: 100 });
  expect(lines).toEqual([
    "long.jpg: will take about 25 s on this machine and 1.9 GB of memory",
    "longer.jpg: will take about 1 min 40 s on this machine",
  ]);
});
