import { type Evaluation, evaluate } from "../../../src/evaluation/evaluate.ts";
import { annotationsOf } from "../../../src/evaluation/reading/annotations.ts";
import { resultsOf } from "../../../src/evaluation/reading/results.ts";

interface MadeBox {
  readonly image: number;
  readonly category: number;
  readonly box: readonly number[];
}

/** An evaluation of boxes in images 1 and 2 of classes 1 and 2. */
export function evaluatedBoxes(
  truth: readonly (MadeBox & { readonly crowd?: boolean })[],
  found: readonly (MadeBox & { readonly score: number })[],
): Evaluation {
  const annotations = annotationsOf({
    images: [1, 2].map((id) => ({ id, file_name: `${id}.png` })),
    categories: [
      { id: 1, name: "cat" },
      { id: 2, name: "dog" },
    ],
    annotations: truth.map(({ image, category, box, crowd }, i) => ({
      id: i + 1,
      image_id: image,
      category_id: category,
      bbox: box,
      area: box[2] * box[3],
      iscrowd: crowd ? 1 : 0,
    })),
  });
  const list = found.map(({ image, category, box, score }) => {
    return { image_id: image, category_id: category, bbox: box, score };
  });
  return evaluate(annotations, resultsOf(list, annotations));
}
