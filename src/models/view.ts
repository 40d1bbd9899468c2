import type { PeakAnswer, PeakQuery, TopPeaksQueries } from "../backend/peakQuery.ts";
import { findPeaks } from "../decode/findPeaks.ts";
import type { Detection } from "../detection.ts";
import type { Explanation } from "../explain/explanation.ts";
import type { Why } from "../explain/why.ts";
import type { ViewPlacement } from "../image/geometry.ts";
import type { Tensor } from "../tensor.ts";

/** Size of the network's input, in pixels. */
export interface InputSize {
  readonly height: number;
  readonly width: number;
}

/** Test-time options: which views of the image to run, and what to report. Most models support none. */
export interface TestTimeOptions {
  /** Also runs the mirror image (test-time augmentation). Default: false. */
  readonly flip?: boolean;
  /** Runs the image scaled by each of these factors. Default: [1]. */
  readonly scales?: readonly number[];
  /** Reports how the decode arrived at each detection, and what became of its other candidates. Default: false. */
  readonly explain?: boolean;
  /** Reports why there is no detection at this pixel, or which one. */
  readonly why?: WhyPixel;
  /**
   * Reproduces the faults and the box limit of the implementation that the model was published with.
   * `scales`, if given, must include 1. Default: false.
   */
  readonly reproduceReference?: boolean;
  /**
   * Maximum number of detections; the best are kept. Default: 100. Only two kinds of models find more than
   * that: triplets (unless `reproduceReference`), and objects as points at several scales.
   */
  readonly max?: number;
}

export interface WhyPixel {
  /** In pixels of the upright image, from 0 at its left or top edge; may be fractions. */
  readonly x: number;
  readonly y: number;
  /**
   * A class by name or id. Default: the class with the largest value there, of those that `classes` asks for.
   */
  readonly class?: string | number;
}

/** The options as a model's views take them. */
export interface ViewOptions extends Omit<TestTimeOptions, "why"> {
  readonly why?: {
    readonly x: number;
    readonly y: number;
    /** The model's ids of the classes to choose from. Default: all. */
    readonly classIds?: ReadonlySet<number>;
  };
}

export type Maps = Readonly<Record<string, Tensor>>;

/** One run of the network on the image (at one scale, mirrored or not), and its decode. */
export interface View<Found> {
  /** Size of the network's input, in pixels. */
  readonly size: InputSize;
  /** Where the image lies in the network's input and maps. A second run, on the mirror image, has it mirrored. */
  readonly placement: ViewPlacement;
  /**
   * By the graph's input names. Made when called: keeping the inputs of several views would take much memory.
   */
  inputs(): Maps;
  /**
   * A second run, on the mirror image. Its outputs are averaged with those of the first before they are
   * decoded ("flip testing"). Never set together with `peaks`.
   */
  readonly mirror?: { inputs(): Maps; average(plain: Maps, mirrored: Maps): Maps };
  /** Returns what the network found in this view. Must not keep the outputs. */
  decode(outputs: Maps): Found;
  /**
   * Set if a few peaks suffice. A backend that finds them itself then need not copy whole maps to the host.
   * Both decodes return the same.
   */
  readonly peaks?: { readonly query: PeakQuery; decode(answer: PeakAnswer): Found };
}

/** The runs of the network for one image, and how their results are combined. */
export interface Views<Found> {
  readonly views: readonly View<Found>[];
  /** Makes the result from what the views found: one entry per view, in their order. */
  combine(found: readonly Found[]): Result;
}

export interface Result {
  /** In pixels of the image, in any order. */
  readonly detections: readonly Detection[];
  /** How they came about. Present if `explain` or `why` was set. */
  explain?(choice: ChosenDetections): Explained;
}

/** What `explain` and `why` asked for. */
export interface Explained {
  readonly explanation?: Explanation;
  readonly why?: Why;
}

/** What became of a model's detections. */
export interface ChosenDetections {
  /** Those of the result, best first. */
  readonly detections: readonly Detection[];
  /** What became of each of the model's, in its order. */
  readonly fates: readonly DetectionFate[];
}

export interface DetectionFate {
  readonly outcome: "shown" | "classes" | "score" | "max";
  /** If shown: its index in `detections`. */
  readonly detection?: number;
}

/** A view that is decoded from its peaks, whether the backend finds them or they are read off whole maps. */
export function peakView<Found>(
  placement: ViewPlacement,
  inputs: View<Found>["inputs"],
  query: TopPeaksQueries,
  decode: (answer: PeakAnswer) => Found,
): View<Found> {
  return {
    size: { height: placement.inputHeight, width: placement.inputWidth },
    placement,
    inputs,
    decode: (outputs) => decode(findPeaks(outputs, query)),
    peaks: { query, decode },
  };
}
