/** Tensors for those who compute with the `ndarray` package (github.com/scijs/ndarray). */
import ndarray from "ndarray";
import { refuseForbiddenFunctions } from "./support/pagePolicy.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A view of a tensor's numbers as an array of the `ndarray` package, not a copy. Its indices are those of the
 * shape: (batch, row, column, channel).
 *
 * @throws BackendError if the page's policy forbids functions made from text, of which ndarray makes its
 *   constructors. Everything else works there.
 */
export function asNdarray({ shape, data }: Tensor): ndarray.NdArray<Float32Array> {
  refuseForbiddenFunctions("asNdarray", "read shape and data of the tensor");
  return ndarray(data, [...shape]);
}
