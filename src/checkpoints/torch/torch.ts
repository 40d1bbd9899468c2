import { ModelError } from "../../errors.ts";
import { fileKind, START_BYTES } from "../../support/fileKind/fileKind.ts";
import { byteLengthOf } from "../bytes/dtype.ts";
import { quote } from "../bytes/json.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { type Checkpoint, unknownVariable, type Variable } from "../checkpoint.ts";
import { openTorchLegacy } from "./torchLegacy.ts";
import { torchVariables } from "./torchVariables.ts";
import { readTorchView, type TorchView, torchView } from "./torchView.ts";
import { openTorchZip } from "./torchZip.ts";

/** The first byte of a pickle; the other format is a ZIP archive. */
const PICKLE = 0x80;

/**
 * Opens the state dict in a file written by torch.save, in either format (torch/serialization.py). Only the
 * list of tensors is read here, and every tensor is checked to lie within the file. Elements are read on
 * demand, and their checksums verified if the format has them. Nothing in the file is executed.
 *
 * @throws ModelError for any other file.
 */
export async function openTorch(source: RandomAccessFile): Promise<Checkpoint> {
  const { where } = source;
  const start = new Uint8Array(Math.min(source.length, START_BYTES));
  await source.read(0, start);
  const { reader, what, hint } = fileKind(start, source.length);
  if (reader !== "torch") throw new ModelError({ where, expected: "a torch.save file", got: what, hint });
  const file = await (start[0] === PICKLE ? openTorchLegacy(source) : openTorchZip(source));
  const { tensors, metadata } = torchVariables(file.object, where);
  const views = new Map<string, TorchView>();
  const variables = new Map<string, Variable>();
  for (const [name, tensor] of tensors) {
    file.checkStorage(tensor.storage);
    const place = `${where} variable ${quote(name)}`;
    const view = torchView(tensor, place);
    const { dtype } = view.storage;
    views.set(name, view);
    variables.set(name, { dtype, shape: view.shape, byteLength: byteLengthOf(dtype, view.shape, place) });
  }
  return {
    format: "torch",
    where,
    metadata,
    variables,
    async read(name) {
      const view = views.get(name);
      if (!view) throw unknownVariable(where, name);
      return readTorchView(view, await file.openStorage(view.storage), file.bigEndian);
    },
  };
}
