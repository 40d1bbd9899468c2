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
