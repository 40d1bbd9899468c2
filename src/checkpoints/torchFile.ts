import type { ByteSource } from "./bytes/byteSource.ts";
import type { PickleRules } from "./pickleMachine.ts";
import type { PickleValue } from "./torch/pickleValue.ts";
import { storageOfId, TORCH_GLOBALS, type TorchStorage } from "./torch/torchObjects.ts";

/** A torch file of either format: the object that was saved, and how to get at the bytes of its storages. */
export interface TorchFile {
  readonly object: PickleValue;
  readonly bigEndian: boolean;
  /** Throws ModelError where the file does not hold as many bytes as the storage has. */
  checkStorage(storage: TorchStorage): void;
  openStorage(storage: TorchStorage): Promise<ByteSource>;
}

/** What a checkpoint's objects may take; the largest known ones take a fiftieth. */
export const LARGEST_PICKLE = 16 * 2 ** 20;

export const TORCH_RULES: PickleRules = {
  globals: TORCH_GLOBALS,
  persistent: storageOfId,
  hint: "Only tensors of a plain dtype (float16 to float64, bfloat16, integers) in dictionaries are read: save model.state_dict().",
};
