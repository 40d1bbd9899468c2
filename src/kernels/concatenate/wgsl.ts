import { LANES, vectorCount, type WgslKernelOf, type WgslOperand } from "../wgsl/kernel.ts";
import { repeat, wgslMap } from "../wgsl/source.ts";
import { firstChannels } from "./op.ts";

/** Inputs of whole vectors are copied vector by vector, others number by number. */
export const concatenateWgsl: WgslKernelOf<object> = ({ inputs, output }) => {
  const channels = output[3];
  const vectors = vectorCount(channels);
  const first = firstChannels(inputs);
  const isWhole = inputs.every((shape) => shape[3] % LANES === 0);
  const reads = Object.fromEntries(inputs.map((_, i) => [`map${i}`, `input${i}` as WgslOperand]));
  const place = (i: number) => `cell * ${vectorCount(inputs[i][3])}u + at`;
  const whole = inputs.map((shape, i) => {
    const end = first[i] + shape[3];
    return `  if (vector >= ${first[i] / LANES}u && vector < ${end / LANES}u) {
    let at = vector - ${first[i] / LANES}u;
    value = map${i}[${place(i)}];
  }`;
  });
  const number = (lane: number) =>
    inputs.map((shape, i) => {
      const channel = `vector * 4u + ${lane}u`;
      return `  if (${channel} >= ${first[i]}u && ${channel} < ${first[i] + shape[3]}u) {
    let at = (${channel} - ${first[i]}u) / 4u;
    value[${lane}] = map${i}[${place(i)}][(${channel} - ${first[i]}u) % 4u];
  }`;
    });
  return {
    algorithm: isWhole ? "vector by vector" : "number by number",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: `concatenate ${inputs.map((shape) => shape[3]).join(", ")}`,
        reads,
        output,
        statements: `  let cell = index / ${vectors}u;
  var value = vec4f();
${isWhole ? whole.join("\n") : repeat(LANES, (lane) => number(lane).join("\n"))}`,
        value: "value",
      }),
    ],
  };
};
