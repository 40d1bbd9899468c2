import { LANES, vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { float, repeat, wgslMap } from "../wgsl/source.ts";
import type { NormalizeAttributes } from "./op.ts";

export const normalizeWgsl: WgslKernelOf<NormalizeAttributes> = ({ attributes, inputs, output }) => {
  const { order, mean, scale, divisor, offset } = attributes;
  const vectors = vectorCount(inputs[0][3]);
  const pixel = (channel: number) => {
    return `x[index / ${vectorCount(output[3])}u * ${vectors}u + ${Math.floor(channel / LANES)}u].${"xyzw"[channel % LANES]}`;
  };
  // The channel order is a constant, so each vector of the output has a line of its own.
  const fourOf = (vector: number, text: (channel: number) => string, padding = "0") => {
    const lanes = repeat(
      LANES,
      (lane) => {
        const channel = vector * LANES + lane;
        return channel < order.length ? text(channel) : padding;
      },
      ", ",
    );
    return `vec4f(${lanes})`;
  };
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: "normalize",
        reads: { x: "input0" },
        output,
        statements: `  var value = vec4f();
${repeat(vectorCount(output[3]), (vector) => {
  const pixels = fourOf(vector, (c) => pixel(order[c]));
  const [means, scales, offsets] = [mean, divisor ?? scale, offset].map((list) =>
    fourOf(vector, (c) => float(list[c]), divisor ? "1" : "0"),
  );
  const centered = `(${pixels} - ${means})`;
  // Compilers multiply by the reciprocal instead; what is left over corrects that.
  const scaled = divisor
    ? `quotient + fma(-quotient, ${scales}, ${centered}) / ${scales}`
    : `${centered} * ${scales}`;
  const quotient = divisor ? `let quotient = ${centered} / ${scales}; ` : "";
  return `  if (vector == ${vector}u) { ${quotient}value = ${scaled} + ${offsets}; }`;
})}`,
        value: "value",
      }),
    ],
  };
};
