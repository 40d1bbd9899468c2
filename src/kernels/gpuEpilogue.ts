import type { Epilogue } from "../graph/op.ts";

/** The parameter list of a kernel that reads `x` and, if its epilogue adds one, a residual. */
export function epilogueArguments({ residual }: Epilogue): string {
  return residual ? "x, residual" : "x";
}

/** The last lines of a kernel whose result so far is in `sum`: bias, residual, activation. */
export function epilogueSource({ bias, residual, activation }: Epilogue): string {
  return [
    bias && "sum += this.constants.bias[this.thread.x];",
    residual && "sum += residual[this.thread.z][this.thread.y][this.thread.x];",
    `return ${ACTIVATIONS[activation]};`,
  ]
    .filter(Boolean)
    .join("\n  ");
}

const ACTIVATIONS = {
  none: "sum",
  relu: "Math.max(sum, 0)",
  relu6: "Math.min(Math.max(sum, 0), 6)",
} satisfies Record<Epilogue["activation"], string>;
