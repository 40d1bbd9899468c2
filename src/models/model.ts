import { UsageError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { Weights } from "../tensor.ts";
import type { InputSize, TestTimeOptions, Views } from "./view.ts";

export type { InputSize };

/** A named network: its graph, and how it finds objects in an image. Published models are rows of this. */
export interface Model {
  readonly name: string;
  /** As `centernet models` shows it: `MobileNetV2 x1.5 + FPN`. */
  readonly backbone: string;
  /** What a detection holds. */
  readonly outputs: string;
  readonly defaultSize: InputSize;
  /** Sides must be multiples of this; absent where the size is fixed. */
  readonly sizeMultiple?: number;
  /** What the sides leave over when they are divided by it; default 0. */
  readonly sizeRemainder?: number;
  /** Whether height and width must be the same. */
  readonly square?: true;
  /** Each image decides the sizes at which the network sees it; `defaultSize` only describes the network. */
  readonly sizedByImage?: true;
  /** Those of the options that it knows. */
  readonly testTimeOptions?: readonly (keyof TestTimeOptions)[];
  /** Where its weights come from, as a sentence for those who lack them. */
  readonly weightsHint: string;
  /** Whether its weights are an archive of the zoo, which `centernet pull` fetches by the model's name. */
  readonly hasArchive?: true;
  readonly published?: PublishedFigures;
  /** What the checkpoint holds beside the graph's parameters: name → shape. */
  constants(size: InputSize): ReadonlyMap<string, readonly number[]>;
  /** Without constants (to describe the network, not to run it), their exact values are taken. */
  graph(size: InputSize, constants?: Weights): Graph;
  /** The runs that this image takes, and how they are decoded. Nothing is computed yet. */
  views(image: RgbImage, loaded: LoadedModel, options: TestTimeOptions): Views<unknown>;
}

/** What loading settled. */
export interface LoadedModel {
  /** Of the network's input, unless the image decides it. */
  readonly size: InputSize;
  readonly constants: Weights;
}

/** What its authors measured. */
export interface PublishedFigures {
  /** An image. */
  readonly milliseconds: number;
  /** Default: one that was never named. */
  readonly gpu?: string;
  /** Mean average precision, in percent; absent where none was given. */
  readonly boxes?: number;
  readonly keypoints?: number;
  /** The images that it was measured on. Default: COCO 2017 val. */
  readonly images?: string;
}

/** @throws UsageError for a size that the model's strides do not divide. */
export function checkInputSize(model: Model, size: InputSize): void {
  const { sizeMultiple: multiple, sizeRemainder: remainder = 0, square, defaultSize } = model;
  const sides = [size.height, size.width];
  const same = size.height === defaultSize.height && size.width === defaultSize.width;
  const divides =
    multiple !== undefined &&
    sides.every((side) => side > 0 && Number.isInteger(side) && side % multiple === remainder);
  if (same || (divides && (!square || size.height === size.width))) return;
  throw new UsageError({
    where: `input size of ${model.name}`,
    expected: sizeRule(model) ?? `${defaultSize.width}x${defaultSize.height}, its only size`,
    got: `${size.width}x${size.height}`,
  });
}

/** Which sizes the model takes, in words; undefined where it is one only. */
function sizeRule({ sizeMultiple, sizeRemainder, square }: Model): string | undefined {
  if (sizeMultiple === undefined) return undefined;
  if (sizeRemainder) return `sides that are ${sizeRemainder} modulo ${sizeMultiple}`;
  return square ? `a square of a multiple of ${sizeMultiple}` : `multiples of ${sizeMultiple}`;
}
