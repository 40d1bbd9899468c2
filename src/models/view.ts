import type { PeakAnswer, PeakQuery, TopPeaksQueries } from "../backend/peakQuery.ts";
import { findPeaks } from "../decode/findPeaks.ts";
import type { Detection, Explanation } from "../detection.ts";
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
  /** Reports why each detection was accepted and why other candidates were rejected. Default: false. */
  readonly explain?: boolean;
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
  /** Present if `explain` was set. */
  readonly explanation?: Explanation;
}

/** The views of a model that runs once per image. */
export function singleView(view: View<readonly Detection[]>): Views<readonly Detection[]> {
  return { views: [view], combine: ([detections]) => ({ detections }) };
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
