import { UsageError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { ChannelScaling } from "../image/input/normalization.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { Weights } from "../tensor.ts";
import type { HeatmapOutputs } from "./classHeatmaps.ts";
import type { ClassLabel } from "./coco.ts";
import type { Decoding } from "./decoding.ts";
import { ANY_SIDE, type SideRule } from "./sideRule.ts";
import type { InputSize, TestTimeOptions, ViewOptions, Views } from "./view.ts";

export type { InputSize };

/** A named network: its graph, and how it finds objects in an image. */
export interface Model {
  readonly name: string;
  /** As `centernet models` shows it: `MobileNetV2 x1.5 + FPN`. */
  readonly backbone: string;
  /** What a detection contains: `boxes, keypoints`. */
  readonly outputs: string;
  /** The classes of its detections, in the order of the network's channels. */
  readonly classes: readonly ClassLabel[];
  /** Its heatmaps of classes. */
  readonly heatmaps: HeatmapOutputs;
  /** Names of a detection's keypoints, in their order. Absent if it finds none. */
  readonly keypointNames?: readonly string[];
  /** The most that it finds in an image, if the network or its decode has such a limit. */
  readonly maxDetections?: number;
  readonly defaultSize: InputSize;
  /** Sides must be multiples of this, unless `sides` takes others. Absent if the size is fixed. */
  readonly sizeMultiple?: number;
  /** All sides that its network can run, if they are more than the multiples. */
  readonly sides?: SideRule;
  /** The remainder of the sides divided by `sizeMultiple`. Default: 0. */
  readonly sizeRemainder?: number;
  /** Whether height and width must be the same. */
  readonly square?: true;
  /** Each image decides the size that the network runs at; `defaultSize` only serves to describe it. */
  readonly sizedByImage?: true;
  /** If images decide the size: larger ones are shrunk to fit into this, unless `inputSize` says otherwise. */
  readonly largestImage?: InputSize;
  /** How images are resized for it, in words, if its `pipeline.config` decides that. */
  readonly resizer?: string;
  /** How images are placed in its input, in words, if no `resizer` says so. */
  readonly placement?: string;
  /** How pixels, RGB from 0 to 255, become its input. Absent if that is the network's first layer. */
  readonly pixelScaling?: ChannelScaling;
  /** The same model with images prepared in another way. Absent if it leaves no choice. */
  prepared?(choices: { readonly keepResolution?: boolean; readonly pixelMeans?: PixelMeans }): Model;
  /** The test-time options that it supports. */
  readonly testTimeOptions?: readonly (keyof TestTimeOptions)[];
  /** Whether the reference implementation takes centers from scale 1 only, and fails without it. */
  readonly referenceNeedsScale1?: boolean;
  /** Where to get its weights, as a sentence. */
  readonly weightsHint: string;
  /** Whether its weights are an archive of the zoo that `centernet pull` downloads by the model's name. */
  readonly hasArchive?: true;
  readonly published?: PublishedFigures;
  /** What the checkpoint holds besides the graph's parameters: name → shape. */
  constants(size: InputSize): ReadonlyMap<string, readonly number[]>;
  /**
   * The network at this input size. Without `constants` their exact values are used, which is enough to
   * describe the network but not to run it.
   */
  graph(size: InputSize, constants?: Weights): Graph;
  /** The decode of its maps with its numbers, for engines that decode on their own. */
  decoding(constants: Weights): Decoding;
  /** The runs of the network for this image and their decode. Computes nothing yet. */
  views(image: RgbImage, loaded: LoadedModel, options: ViewOptions): Views<unknown>;
}

/** Which of the original's two sets of means and deviations pixels are normalized by. */
export const PIXEL_MEANS = ["test", "demo"] as const;
export type PixelMeans = (typeof PIXEL_MEANS)[number];

/** What is known once the weights are loaded. */
export interface LoadedModel {
  /**
   * Size of the network's input. If the model is `sizedByImage`, the size that larger images are shrunk to fit into;
   * ignored if it has no such limit (`largestImage`).
   */
  readonly size: InputSize;
  readonly constants: Weights;
}

/** What the model's authors measured. */
export interface PublishedFigures {
  /** Per image. */
  readonly milliseconds: number;
  /** Absent if the authors did not name it. */
  readonly gpu?: string;
  /** Mean average precision, in percent. Absent if none was published. */
  readonly boxes?: number;
  readonly keypoints?: number;
  /** The images it was measured on. Default: COCO 2017 val. */
  readonly images?: string;
  /**
   * Every figure with the test-time options that it was measured with. Default: `boxes` and `keypoints`, each image run once
   * at the model's own size.
   */
  readonly protocols?: readonly PublishedProtocol[];
}

/** The options that published figures were measured with, and the figures: mean average precision, in percent. */
export interface PublishedProtocol {
  readonly boxes?: number;
  readonly keypoints?: number;
  /** Whether the mirror image was run as well. */
  readonly flip?: true;
  /** Default: 1 alone. */
  readonly scales?: readonly number[];
  /** Whether each image decided the size, in place of being fitted into a square. */
  readonly sizedByImage?: true;
}

/** @throws UsageError for a size that the model cannot take. */
export function checkInputSize(model: Model, size: InputSize): void {
  const { square, defaultSize } = model;
  const same = size.height === defaultSize.height && size.width === defaultSize.width;
  const fits = [size.height, size.width].every((side) => takesSide(model, side));
  if (same || (fits && (!square || size.height === size.width))) return;
  throw new UsageError({
    where: `input size of ${model.name}`,
    expected: sizeRule(model) ?? `${defaultSize.width}x${defaultSize.height}, its only size`,
    got: `${size.width}x${size.height}`,
    hint: model.sides && nearestInWords(model.sides, square ? squareOf(size) : size),
  });
}

/** The squares that a model's input may be. */
export interface InputSquares {
  /** In pixels, in ascending order, up to the limit that was given. */
  readonly sides: readonly number[];
  /** The regular ones of them, fewer, to choose from. */
  readonly regular: readonly number[];
  /** As errors say it: `a square in multiples of 32`. */
  readonly words: string;
}

/**
 * The square sizes that a model can run at, with sides of up to `max` pixels. Undefined if each image decides the size,
 * or if the model has one size that is no square.
 */
export function inputSquares(model: Model, max = 2048): InputSquares | undefined {
  const { sizedByImage, sizeMultiple, sizeRemainder = 0, defaultSize } = model;
  const { height, width } = defaultSize;
  if (sizedByImage || (sizeMultiple === undefined && height !== width)) return undefined;
  const all = Array.from({ length: max }, (_, index) => index + 1);
  const isOwn = (side: number) => side === height && side === width;
  const isRegular = (side: number) => sizeMultiple !== undefined && side % sizeMultiple === sizeRemainder;
  return {
    sides: all.filter((side) => isOwn(side) || takesSide(model, side)),
    regular: all.filter((side) => isOwn(side) || isRegular(side)),
    words: sizeRule(model) ?? `${width}x${height}, its only size`,
  };
}

function takesSide({ sizeMultiple: multiple, sizeRemainder: remainder = 0, sides }: Model, side: number) {
  if (!(side > 0 && Number.isInteger(side))) return false;
  return multiple !== undefined && (side % multiple === remainder || (sides?.takes(side) ?? false));
}

function squareOf({ width, height }: InputSize): InputSize {
  const side = Math.max(width, height);
  return { width: side, height: side };
}

/** The nearest size that a network with these sides can run, as a sentence. */
export function nearestInWords({ nearest }: SideRule, { width, height }: InputSize): string {
  return `The nearest that it can run is ${nearest(width)}x${nearest(height)}.`;
}

/** Which sizes the model takes, in words. Undefined if it takes only one. */
function sizeRule({ sizeMultiple, sizeRemainder, square, sides }: Model): string | undefined {
  if (sizeMultiple === undefined) return undefined;
  if (sizeRemainder) return `sides that are ${sizeRemainder} modulo ${sizeMultiple}`;
  const rule = sides && sides !== ANY_SIDE ? sides.words : `multiples of ${sizeMultiple}`;
  return square ? `a square in ${rule}` : rule;
}
