import type { FileKind } from "./kind.ts";
import { USE_CHECKPOINT } from "./signatures.ts";

const SAVE_STATE_DICT = "Save model.state_dict() instead.";

/** What a ZIP archive is, by a path that archives of this kind alone have. The first that fits decides. */
const KINDS: readonly [path: RegExp, what: string, hint: string][] = [
  [
    /(^|\/)MAR-INF\/MANIFEST\.json$/,
    "an archive of TorchServe (.mar)",
    "Unzip it and name the .pth file in it.",
  ],
  [/(^|\/)constants\.pkl$/, "a TorchScript program", SAVE_STATE_DICT],
  [
    /(^|\/)(serialized_exported_program|models\/\w+)\.json$/,
    "a program of torch.export (.pt2)",
    SAVE_STATE_DICT,
  ],
  [/^(model\.)?weights\.h5$/, "a Keras model (.keras)", USE_CHECKPOINT],
  [/\.mlmodel$/, "a Core ML model", USE_CHECKPOINT],
  [
    /(^|\/)(saved_model\.pb|[^/]+\.index)$/,
    "a zipped TensorFlow checkpoint",
    "Unzip it and name its folder.",
  ],
  [/(^|\/)model\.json$/, "a zipped TensorFlow.js model", "Unzip it and name its model.json."],
  [/\.(pth|pt|pkl|ckpt|safetensors|tar\.gz)$/, "a zipped checkpoint", "Unzip it and name the file in it."],
  [/\.npy$/, "an archive of NumPy arrays (.npz)", USE_CHECKPOINT],
  [/\.(jpe?g|png)$/i, "a ZIP archive of images", "Unzip it first."],
];

/** Undefined if the paths tell nothing. */
export function zipKind(paths: Iterable<string>): FileKind | undefined {
  const all = [...paths];
  const found = KINDS.find(([path]) => all.some((name) => path.test(name)));
  return found && { family: "archive", what: found[1], hint: found[2] };
}
