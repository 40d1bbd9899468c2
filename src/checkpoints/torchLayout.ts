/** PyTorch's kernels are [output, input, height, width], this project's [height, width, input, output]. */
export function kernelShape(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return shape;
  const [outputs, inputs, height, width] = shape;
  return [height, width, inputs, outputs];
}

/** A kernel in this project's layout; `shape` is that of PyTorch. */
export function transposeKernel(values: Float32Array, shape: readonly number[]): Float32Array {
  const [outputs, inputs, height, width] = shape;
  const taps = height * width;
  const transposed = new Float32Array(values.length);
  for (let tap = 0; tap < taps; tap++) {
    for (let input = 0; input < inputs; input++) {
      const row = (tap * inputs + input) * outputs;
      let from = input * taps + tap;
      for (let output = 0; output < outputs; output++) {
        transposed[row + output] = values[from];
        from += inputs * taps;
      }
    }
  }
  return transposed;
}

/** Exchanges the two numbers of each pair along the last axis, in place. */
export function swapPairs(values: Float32Array): Float32Array {
  for (let i = 0; i + 1 < values.length; i += 2) {
    [values[i], values[i + 1]] = [values[i + 1], values[i]];
  }
  return values;
}
