/** A model's rows beside the figures that its authors published. */
import type { Evaluation } from "../evaluation/evaluate.ts";
import type { EvaluationOptions } from "../evaluation/parameters.ts";
import type { EvaluationType } from "../evaluation/reading/foundColumns.ts";
import type { Model, PublishedProtocol } from "../models/model.ts";
import { MODELS } from "../models/models.ts";
import type { InputSize } from "../models/view.ts";

export interface PublishedComparison {
  readonly type: EvaluationType;
  /** Mean average precision in percent, as published. */
  readonly published: number;
  /** `COCO 2017 val` */
  readonly images: string;
  /** The test-time options that it was measured with. */
  readonly protocol: {
    readonly flip: boolean;
    readonly scales: readonly number[];
    /** Whether each image decided the size. */
    readonly sizedByImage: boolean;
  };
  /** Whether this run had those options and the size that they were measured at. */
  readonly isSameProtocol: boolean;
  /** This run's minus the published, in percent. Absent if they cannot be compared. */
  readonly difference?: number;
  /** Why they cannot be compared, although the options are the same. */
  readonly why?: string;
}

/** How the model was run. */
export interface EvaluatedRun {
  readonly type: EvaluationType;
  readonly flip?: boolean;
  readonly scales?: readonly number[];
  /** The network's input. */
  readonly size: InputSize;
}

/** COCO 2017 val. */
const VAL_2017 = { name: "COCO 2017 val", images: 5000 };

export function comparedWithPublished(
  model: Model,
  run: EvaluatedRun,
  evaluation: Evaluation,
  options: EvaluationOptions,
): PublishedComparison[] {
  // A model read from an archive is its checkpoint's; the figures are in the table, by its name.
  const published = model.published ?? MODELS.find(({ name }) => name === model.name)?.published;
  if (!published) return [];
  const { images = VAL_2017.name, protocols = [published as PublishedProtocol] } = published;
  const value = 100 * evaluation.rows[0].value;
  const why = whyNot(images, evaluation, options);
  return protocols.flatMap((protocol) => {
    return (["boxes", "keypoints"] as const).flatMap((type) => {
      const figure = protocol[type];
      if (figure === undefined) return [];
      const { flip = false, scales = [1], sizedByImage = false } = protocol;
      const isSameProtocol = type === run.type && isRun({ flip, scales, sizedByImage }, run, model);
      return {
        type,
        published: figure,
        images,
        protocol: { flip, scales, sizedByImage },
        isSameProtocol,
        ...(isSameProtocol && (why === undefined ? { difference: value - figure } : { why })),
      };
    });
  });
}

function isRun(
  { flip, scales, sizedByImage }: PublishedComparison["protocol"],
  run: EvaluatedRun,
  { defaultSize, sizedByImage: byImage }: Model,
): boolean {
  const { flip: flipped = false, scales: ran = [1], size } = run;
  const isSameSize = sizedByImage || (size.height === defaultSize.height && size.width === defaultSize.width);
  const areSameScales = ran.length === scales.length && ran.every((scale) => scales.includes(scale));
  return flip === flipped && areSameScales && sizedByImage === (byImage ?? false) && isSameSize;
}

/** Why the rows are no counterpart of a figure on these images. */
function whyNot(images: string, { parameters }: Evaluation, options: EvaluationOptions): string | undefined {
  if (images.startsWith("Pascal")) return `it was measured on ${images}, by Pascal's own rules`;
  if (images !== VAL_2017.name) return `it was measured on ${images}, whose annotations only the server has`;
  const { imageIds: _, ...others } = options;
  if (Object.values(others).some((value) => value !== undefined))
    return "it was measured with COCO's own parameters";
  const { length } = parameters.imageIds;
  if (length === VAL_2017.images) return undefined;
  return `it was measured on all ${VAL_2017.images} images of ${images}; these are ${length}`;
}
