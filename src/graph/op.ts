import type { Shape } from "../tensor.ts";

/** A parameter that an op needs from the checkpoint. */
export interface ParameterRule {
  readonly shape: readonly number[];
  /** Moving statistics are stored but not trained. */
  readonly trainable?: false;
}

/**
 * The declaration of an op: its name, shapes, parameters and cost. Kernels and executors read them from here
 * and never derive them again.
 */
export interface Op<Attributes extends object = object> {
  readonly name: string;
  /** What it does, for pictures and sums of times. */
  readonly family: OpFamily;
  /** What it computes, for readers: y from x, or from a and b. It may take several lines. */
  readonly formula: string;
  /**
   * The output's shape.
   *
   * @throws UsageError if inputs and attributes do not fit.
   */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  /** By role: `kernel`, `bias`, `gamma`, … */
  parameters(inputs: readonly Shape[], attributes: Attributes): Record<string, ParameterRule>;
  /** As papers count them: those of convolutions; 0 for any other op. */
  multiplyAdds(inputs: readonly Shape[], attributes: Attributes, output: Shape): number;
  /** Which cells of its inputs an output cell is computed from. An epilogue's residual is read at the same cell. */
  cellsRead(attributes: Attributes): CellsRead;
  /**
   * Set by ops that support an `Epilogue`: the axis of their `kernel` that runs over output channels, along
   * which a batch norm is folded.
   */
  readonly kernelOutputAxis?: number;
}

export type OpFamily = "convolution" | "pooling" | "upsampling" | "sum" | "elementwise";

/** Which input cells an output cell is computed from: those in a rectangle, the same one in each input. */
export interface CellsRead {
  readonly rows: CellRange;
  readonly columns: CellRange;
}

/**
 * A range of input cells for each output cell, along one axis. Output cell `i = group · ranges.length + k` reads
 * `group · step + ranges[k]`. A range may reach beyond the map (padding) and be endless (`Infinity`); one whose first is
 * greater than its last is empty.
 */
export interface CellRange {
  readonly step: number;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

export const SAME_CELL: CellRange = { step: 1, ranges: [[0, 0]] };
export const READS_SAME_CELL: Op["cellsRead"] = () => ({ rows: SAME_CELL, columns: SAME_CELL });

export const NO_PARAMETERS: Op["parameters"] = () => ({});
export const NO_MULTIPLY_ADDS: Op["multiplyAdds"] = () => 0;

/**
 * What a fused convolution does to each sum before writing it, in this order: add the bias, add the residual
 * (the node's last input), apply the activation.
 */
export interface Epilogue {
  readonly bias: boolean;
  readonly residual: boolean;
  readonly activation: Activation | "none";
}

export type Activation = "relu" | "relu6";

export const NO_EPILOGUE: Epilogue = { bias: false, residual: false, activation: "none" };
