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

/** One image's way through a model: the network's runs, and then what all of them say together. */
export interface Look {
  /** To be run in this order. */
  readonly views: readonly View[];
  /** Once every view has seen its outputs. */
  finding(): Finding;
}

/** One run of the network. */
export interface View {
  readonly size: InputSize;
  /** By the graph's input names. Made when they are asked for: several views' would take much memory. */
  inputs(): Readonly<Record<string, Tensor>>;
  /** Takes what it needs of the network's outputs; they are not kept. */
  see(outputs: Readonly<Record<string, Tensor>>): void;
  /** Set where some peaks are all that it needs: backends that find them spare the outputs' way to the host. */
  readonly peaks?: { readonly request: PeakQuery; see(found: PeakAnswer): void };
}

/** A view that sees peaks alone, wherever they were found. */
export function peakView(
  size: InputSize,
  inputs: View["inputs"],
  request: TopPeaksQueries,
  seePeaks: (found: PeakAnswer) => void,
): View {
  const see: View["see"] = (outputs) => seePeaks(findPeaks(outputs, request));
  return { size, inputs, see, peaks: { request, see: seePeaks } };
}

export interface Finding {
  /** In pixels of the image, in any order. */
  readonly detections: readonly Detection[];
  /** Where it was asked for. */
  readonly explanation?: Explanation;
}

/** The look of a model that sees an image once. Outputs made of the peaks must give the same detections. */
export function singleLook(
  size: InputSize,
  inputs: Readonly<Record<string, Tensor>>,
  detectionsOf: (outputs: Readonly<Record<string, Tensor>>) => Detection[],
  peaks?: {
    readonly request: PeakQuery;
    outputsOf(found: PeakAnswer): Readonly<Record<string, Tensor>>;
  },
): Look {
  let detections: readonly Detection[] = [];
  const see: View["see"] = (outputs) => {
    detections = detectionsOf(outputs);
  };
  const view: View = {
    size,
    inputs: () => inputs,
    see,
    ...(peaks && { peaks: { request: peaks.request, see: (found) => see(peaks.outputsOf(found)) } }),
  };
  return { views: [view], finding: () => ({ detections }) };
}
