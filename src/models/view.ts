import type { PeakAnswer, PeakQuery, TopPeaksQueries } from "../backend/peakQuery.ts";
import { findPeaks } from "../decode/findPeaks.ts";
import type { Detection, Explanation } from "../detection.ts";
import type { Tensor } from "../tensor.ts";

/** Of the network's input, in pixels. */
export interface InputSize {
  readonly height: number;
  readonly width: number;
}

/** How often an image is looked at, and what is told of it. Most models know none of these. */
export interface TestTimeOptions {
  /** Looks at the image's mirror image as well (test-time augmentation). Default false. */
  readonly flip?: boolean;
  /** Looks at the image enlarged or reduced by each of these factors. Default [1]. */
  readonly scales?: readonly number[];
  /** Tells why each detection is one, and why other candidates are none. Default false. */
  readonly explain?: boolean;
  /**
   * Repeats the faults of the implementation that the model was published with, and its limit of boxes. Where
   * there are `scales`, 1 must be among them. Default false.
   */
  readonly reproduceReference?: boolean;
  /**
   * At most so many detections, the best ones. Default 100. Few models find more than that: those of triplets,
   * unless `reproduceReference`, and those of points at several scales.
   */
  readonly max?: number;
}

type Maps = Readonly<Record<string, Tensor>>;

/** One run of the network on one version of the image (at one scale, mirrored or not), and its decode. */
export interface View<Found> {
  /** Of the network's input, in pixels. */
  readonly size: InputSize;
  /** By the graph's input names. Made anew by each call: the inputs of several views would take much memory. */
  inputs(): Maps;
  /**
   * A second run, on the mirror image, whose outputs are averaged with the first's before they are decoded
   * ("flip testing"). Not together with `peaks`.
   */
  readonly mirror?: { inputs(): Maps; average(plain: Maps, mirrored: Maps): Maps };
  /** What the network found in this view. The outputs are not kept. */
  decode(outputs: Maps): Found;
  /**
   * Set if some peaks suffice: a backend that finds them itself need not bring whole maps to the host. Both
   * decodes return the same.
   */
  readonly peaks?: { readonly query: PeakQuery; decode(answer: PeakAnswer): Found };
}

/** The runs of the network that an image takes, and how what each of them found becomes the result. */
export interface Views<Found> {
  readonly views: readonly View<Found>[];
  /** `found` has one entry per view, in their order. */
  combine(found: readonly Found[]): Result;
}

export interface Result {
  /** In pixels of the image, in any order. */
  readonly detections: readonly Detection[];
  /** If it was asked for. */
  readonly explanation?: Explanation;
}

/** The views of a model that runs once per image. */
export function singleView(view: View<readonly Detection[]>): Views<readonly Detection[]> {
  return { views: [view], combine: ([detections]) => ({ detections }) };
}

/** A view that is decoded from its peaks alone, whether the backend finds them or they are read off whole maps. */
export function peakView<Found>(
  size: InputSize,
  inputs: View<Found>["inputs"],
  query: TopPeaksQueries,
  decode: (answer: PeakAnswer) => Found,
): View<Found> {
  return {
    size,
    inputs,
    decode: (outputs) => decode(findPeaks(outputs, query)),
    peaks: { query, decode },
  };
}
