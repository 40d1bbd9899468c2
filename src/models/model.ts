import type { Detection } from "../detection.ts";
import { UsageError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Placement } from "../image/letterbox.ts";
import type { Picture } from "../image/picture.ts";
import type { Tensor, Weights } from "../tensor.ts";

/** Of the network's input, in pixels. */
export interface InputSize {
  readonly height: number;
  readonly width: number;
}

/** A named network: preprocessing, graph and decode. Published models are rows of this. */
export interface Model {
  readonly name: string;
  /** As `centernet models` shows it: `MobileNetV2 x1.5 + FPN`. */
  readonly backbone: string;
  /** What a detection holds. */
  readonly outputs: string;
  readonly defaultSize: InputSize;
  /** Sides must be multiples of this; absent where the size is fixed. */
  readonly sizeMultiple?: number;
  /** Whether height and width must be the same. */
  readonly square?: true;
  /** Where its weights come from, as a sentence for those who lack them. */
  readonly weightsHint: string;
  /** Whether its weights are an archive of the zoo, which `centernet pull` fetches by the model's name. */
  readonly hasArchive?: true;
  readonly published?: PublishedFigures;
  /** What the checkpoint holds beside the graph's parameters: name → shape. */
  constants(size: InputSize): ReadonlyMap<string, readonly number[]>;
  /** Without constants (to describe the network, not to run it), their exact values are taken. */
  graph(size: InputSize, constants?: Weights): Graph;
  preprocess(picture: Picture, size: InputSize): Preprocessed;
  /** Detections in pixels of the network's input, in any order. */
  decode(outputs: Readonly<Record<string, Tensor>>, constants: Weights, prepared: Preprocessed): Detection[];
}

/** What its authors measured on COCO 2017 val. */
export interface PublishedFigures {
  /** On a GPU that was never named. */
  readonly milliseconds: number;
  /** Mean average precision, in percent; absent where none was given. */
  readonly boxes?: number;
  readonly keypoints?: number;
}

export interface Preprocessed {
  /** By the graph's input names. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly size: InputSize;
  readonly placement: Placement;
  /** The part of the input that is photo, from its top-left corner, where the decode wants to know. */
  readonly trueShape?: InputSize;
}

/** @throws UsageError for a size that the model's strides do not divide. */
export function checkInputSize(model: Model, size: InputSize): void {
  const { sizeMultiple: multiple, square, defaultSize } = model;
  const sides = [size.height, size.width];
  const same = size.height === defaultSize.height && size.width === defaultSize.width;
  const divides =
    multiple !== undefined &&
    sides.every((side) => side > 0 && Number.isInteger(side) && side % multiple === 0);
  if (same || (divides && (!square || size.height === size.width))) return;
  const several = square ? `a square of a multiple of ${multiple}` : `multiples of ${multiple}`;
  throw new UsageError({
    where: `input size of ${model.name}`,
    expected: multiple ? several : `${defaultSize.width}x${defaultSize.height}, its only size`,
    got: `${size.width}x${size.height}`,
  });
}
