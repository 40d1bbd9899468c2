/**
 * The report that docs/evaluation.md shows: the made annotations and results of a golden case under COCO's names, and the
 * images of samples/ with boxes by hand, some of them wrong.
 */
import { readFileSync } from "node:fs";
import { analyze } from "../../src/evaluation/analysis/analyze.ts";
import { imageMarks } from "../../src/evaluation/analysis/imageMarks.ts";
import { worstImages } from "../../src/evaluation/analysis/worstImages.ts";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { annotationsOf } from "../../src/evaluation/reading/annotations.ts";
import { resultsOf } from "../../src/evaluation/reading/results.ts";
import { exampleImage } from "../../src/evaluationReport/exampleImage.ts";
import type { ReportExample } from "../../src/evaluationReport/examples.ts";
import { evaluationReport } from "../../src/evaluationReport/reportHtml.ts";
import { decodeImage, encodeJpeg } from "../../src/image/imageFile.ts";
import { COCO_LABELS } from "../../src/models/coco.ts";

const CASE = "test/goldens/coco-eval/realistic-80";
const FIRST_ID = 900_001;
const SHOWN = 4;

type Object = readonly [name: string, x: number, y: number, width: number, height: number, score?: number];

interface Sample {
  readonly file: string;
  readonly truth: readonly Object[];
  readonly found: readonly Object[];
}

const SAMPLES: readonly Sample[] = [
  {
    file: "people.jpg",
    truth: [
      ["person", 0, 16, 358, 584],
      ["person", 360, 70, 205, 530],
      ["person", 722, 0, 358, 600],
      ["tie", 862, 410, 74, 108],
    ],
    found: [
      ["person", 3, 12, 350, 588, 0.93],
      ["person", 726, 4, 350, 592, 0.97],
      ["person", 500, 150, 140, 440, 0.24],
      ["tennis racket", 505, 340, 215, 260, 0.62],
    ],
  },
  {
    file: "cat.png",
    truth: [["cat", 0, 0, 415, 300]],
    found: [
      ["cat", 4, 0, 418, 300, 0.96],
      ["dog", 0, 4, 420, 296, 0.31],
    ],
  },
  {
    file: "coffee.png",
    truth: [
      ["cup", 176, 12, 236, 296],
      ["spoon", 322, 66, 108, 266],
      ["dining table", 0, 0, 600, 400],
    ],
    found: [
      ["cup", 180, 16, 230, 290, 0.91],
      ["bowl", 78, 56, 404, 330, 0.74],
      ["dining table", 0, 0, 600, 396, 0.55],
    ],
  },
  { file: "rocket.jpg", truth: [], found: [["airplane", 304, 120, 52, 300, 0.82]] },
  {
    file: "astronaut.png",
    truth: [["person", 18, 11, 345, 501]],
    found: [
      ["person", 22, 9, 340, 500, 0.95],
      ["sports ball", 278, 336, 232, 174, 0.66],
    ],
  },
  {
    file: "grace-hopper.jpg",
    truth: [
      ["person", 8, 22, 500, 578],
      ["tie", 212, 412, 80, 130],
    ],
    found: [
      ["person", 6, 24, 505, 570, 0.98],
      ["tie", 226, 424, 60, 100, 0.44],
    ],
  },
];

/** The annotations and results as objects in COCO's form. */
export function exampleSet() {
  const annotations = jsonOf("annotations.json") as {
    images: object[];
    categories: { id: number; name: string }[];
    annotations: { id: number }[];
  };
  const results = jsonOf("results.json") as object[];
  for (const category of annotations.categories)
    category.name = COCO_LABELS.get(category.id) ?? category.name;
  const ids = new Map(annotations.categories.map(({ id, name }) => [name, id]));
  let id = 1 + annotations.annotations.reduce((most, entry) => Math.max(most, entry.id), 0);
  for (const [i, { file, truth, found }] of SAMPLES.entries()) {
    const image_id = FIRST_ID + i;
    annotations.images.push({ id: image_id, file_name: file });
    for (const [name, ...box] of truth) {
      const entry = {
        image_id,
        category_id: ids.get(name),
        bbox: box,
        area: 0.6 * box[2] * box[3],
        iscrowd: 0,
      };
      annotations.annotations.push({ id: id++, ...entry });
    }
    for (const [name, x, y, width, height, score] of found) {
      results.push({ image_id, category_id: ids.get(name), bbox: [x, y, width, height], score });
    }
  }
  return { annotations, results };
}

function jsonOf(file: string): unknown {
  return JSON.parse(readFileSync(`${CASE}/${file}`, "utf8"));
}

/** The report of the example as HTML. */
export function exampleReport(): string {
  const set = exampleSet();
  const annotations = annotationsOf(set.annotations, { name: "annotations.json" });
  const evaluation = evaluate(annotations, resultsOf(set.results, annotations, { name: "results.json" }));
  const analysis = analyze(evaluation);
  const { outcomes, score } = analysis;
  // Only the samples are at hand as images.
  const all = worstImages(outcomes, score, annotations.images.length);
  const isSample = ({ image }: { image: number }) => Number(annotations.images[image].id) >= FIRST_ID;
  const worst = {
    ...all,
    missed: all.missed.filter(isSample).slice(0, SHOWN),
    wrong: all.wrong.filter(isSample).slice(0, SHOWN),
  };
  const marks = imageMarks(
    outcomes,
    [...worst.missed, ...worst.wrong].map(({ image }) => image),
    score,
  );
  const examples = (["missed", "wrong"] as const).flatMap((reason) =>
    worst[reason].flatMap((about, i): ReportExample[] => {
      const { fileName: name } = annotations.images[about.image];
      const own = marks.get(about.image);
      if (!own) return [];
      const image = decodeImage(new Uint8Array(readFileSync(`samples/${name}`)), name);
      const drawn = exampleImage(image, own, { maxSide: 400 });
      const { width, height } = drawn;
      return [
        {
          reason,
          rank: i + 1,
          name,
          about,
          bytes: encodeJpeg(drawn, 80),
          mediaType: "image/jpeg",
          width,
          height,
        },
      ];
    }),
  );
  return evaluationReport({ evaluation, analysis, examples });
}
