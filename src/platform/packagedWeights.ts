/**
 * The weights that this package contains, by their model's name. Bundlers copy a file only if its address stands here as
 * a literal in this very form; only the address that is asked for is ever fetched. The files lie two levels above this
 * module, in the sources and in dist/.
 */
const PACKAGED: Readonly<Record<string, () => URL>> = {
  centerface: () => new URL("../../weights/centerface.safetensors", import.meta.url),
  "movenet-lightning": () => new URL("../../weights/movenet-lightning.safetensors", import.meta.url),
  "movenet-multipose": () => new URL("../../weights/movenet-multipose.safetensors", import.meta.url),
};

/** Where a model's packaged weights are; undefined if this package does not contain them. */
export function packagedWeights(modelName: string): URL | undefined {
  return Object.hasOwn(PACKAGED, modelName) ? PACKAGED[modelName]() : undefined;
}
