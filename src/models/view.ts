import type { FindRequest, FoundPeaks, PeakRequest } from "../backend/peakQuery.ts";
import { foundPeaks } from "../decode/findPeaks.ts";
import type { Detection, Explanation } from "../detection.ts";
import { UsageError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";

/** Of the network's input, in pixels. */
export interface InputSize {
  readonly height: number;
  readonly width: number;
}

/** How often a picture is looked at, and what is told of it. Most models know none of these. */
export interface LookOptions {
  /** Looks at the picture's mirror image as well (test-time augmentation). Default false. */
  readonly flip?: boolean;
  /** Looks at the picture enlarged or reduced by each of these factors. Default [1]. */
  readonly scales?: readonly number[];
  /** Tells why each detection is one, and why other candidates are none. Default false. */
  readonly explain?: boolean;
  /**
   * Repeats the faults of the implementation that the model was published with, and its limit of boxes. Where
   * there are `scales`, 1 must be among them. Default false.
   */
  readonly asReference?: boolean;
  /**
   * At most so many detections, the best ones. Default 100. Few models find more than that: those of triplets,
   * unless `asReference`, and those of points at several scales.
   */
  readonly max?: number;
}

/**
 * The reference implementation takes centers from scale 1 alone, and breaks where that is not among the scales.
 *
 * @throws UsageError
 */
export function checkReferenceScales({ scales, asReference }: LookOptions): void {
  if (!asReference || !scales || scales.includes(1)) return;
  throw new UsageError({
    where: "scales",
    expected: "1 among them, as the reference implementation does",
    got: scales.join(", "),
    hint: "Add it, or leave asReference (--as-reference) away.",
  });
}

/** One picture's way through a model: the network's runs, and then what all of them say together. */
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
  readonly peaks?: { readonly request: FindRequest; see(found: FoundPeaks): void };
}

/** A view that sees peaks alone, wherever they were found. */
export function peakView(
  size: InputSize,
  inputs: View["inputs"],
  request: PeakRequest,
  seePeaks: (found: FoundPeaks) => void,
): View {
  const see: View["see"] = (outputs) => seePeaks(foundPeaks(outputs, request));
  return { size, inputs, see, peaks: { request, see: seePeaks } };
}

export interface Finding {
  /** In pixels of the photo, in any order. */
  readonly detections: readonly Detection[];
  /** Where it was asked for. */
  readonly explanation?: Explanation;
}

/** The look of a model that sees a picture once. Outputs made of the peaks must give the same detections. */
export function singleLook(
  size: InputSize,
  inputs: Readonly<Record<string, Tensor>>,
  detectionsOf: (outputs: Readonly<Record<string, Tensor>>) => Detection[],
  peaks?: {
    readonly request: FindRequest;
    outputsOf(found: FoundPeaks): Readonly<Record<string, Tensor>>;
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
