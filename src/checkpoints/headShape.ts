import type { TextProtoView } from "./pipelineConfig/textProtoView.ts";

/** The hidden convolutions of a prediction head, one after the other. */
export interface HeadShape {
  readonly numFilters: readonly number[];
  readonly kernelSizes: readonly number[];
}

/** One convolution, 3x3 with 256 channels, where the config does not say. */
export function parseHead(view: TextProtoView): HeadShape {
  const numFilters = view.sizes("num_filters", 1);
  const kernelSizes = view.sizes("kernel_sizes", 1);
  const head = {
    numFilters: numFilters.length > 0 ? numFilters : [256],
    kernelSizes: kernelSizes.length > 0 ? kernelSizes : [3],
  };
  if (head.numFilters.length === head.kernelSizes.length) return head;
  throw view.error("num_filters", "as many as kernel_sizes", `${head.numFilters.length}`);
}
