// The functions of the module, one a kind of layer. Each takes the address of its call's fields, which unit
// of the call to do and, if it needs any, memory to work in. They allocate nothing and remember nothing.
export { cornerPool } from "./cornerPool";
export { depthwise } from "./depthwise";
export { affine, sigmoid, sum } from "./elementwise";
export { gatherGemm } from "./gatherGemm";
export { winograd2, winograd4, winogradWeights2, winogradWeights4 } from "./generated/winograd";
export { maxPool } from "./maxPool";
export { normalize, normalizePixels } from "./normalize";
export { upsampleBilinear, upsampleNearest } from "./upsample";
