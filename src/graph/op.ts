import type { Shape } from "../tensor.ts";

/** What an op needs from the checkpoint: one entry a role (`kernel`, `bias`, `gamma`, …). */
export interface ParameterRule {
  readonly shape: readonly number[];
  /** Moving statistics are stored but not trained. */
  readonly trainable?: false;
}

/**
 * An op is declared once, here: what it is called, what shapes it takes and gives, what it stores and
 * what it costs. Kernels and executors read these and never work them out again.
 */
export interface Op<Attributes extends object = object> {
  readonly name: string;
  /** The output's shape; throws a UsageError where inputs and attributes do not fit. */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  parameters(inputs: readonly Shape[], attributes: Attributes): Record<string, ParameterRule>;
  /** Of convolutions alone, as papers count them; everything else is 0. */
  multiplyAdds(inputs: readonly Shape[], attributes: Attributes, output: Shape): number;
  /**
   * Set by ops that can finish with a bias, a residual sum and an activation (see `epilogue.ts`): the axis
   * of their `kernel` that runs over output channels, which is where a batch norm folds in.
   */
  readonly kernelOutputAxis?: number;
}

export const NO_PARAMETERS: Op["parameters"] = () => ({});
export const NO_MULTIPLY_ADDS: Op["multiplyAdds"] = () => 0;

/**
 * What a fused convolution does to its sum before it is written, in this order:
 * add the bias, add the residual (the node's last input), apply the activation.
 */
export interface Epilogue {
  readonly bias: boolean;
  readonly residual: boolean;
  readonly activation: Activation | "none";
}

export type Activation = "relu" | "relu6";

export const NO_EPILOGUE: Epilogue = { bias: false, residual: false, activation: "none" };
