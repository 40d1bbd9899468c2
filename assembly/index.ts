// The functions of the module, one per kind of layer. Each takes the address of its call's fields, the index of the unit
// to compute and, if it needs any, the address of scratch memory. They allocate nothing and keep no state.
//
// The classes of the fields are generated from WASM_CALLS (src/kernels/wasm/kernel.ts), whose order is the ABI.
export { channelsLast } from "./channelsLast";
export { copyChannels } from "./copyChannels";
export { cornerPool } from "./cornerPool";
export { deformConv } from "./deformConv";
export { depthwise } from "./depthwise";
export { depthwiseTransposed } from "./depthwiseTransposed";
export { affine, sigmoid, sum } from "./elementwise";
export { gatherGemm } from "./gatherGemm";
export { winograd2, winograd4, winogradWeights2, winogradWeights4 } from "./generated/winograd";
export { maxPool } from "./maxPool";
export { normalize, normalizePixels } from "./normalize";
export { packWeights } from "./packWeights";
export { upsampleBilinear, upsampleNearest } from "./upsample";
export { widenPixels } from "./widenPixels";
