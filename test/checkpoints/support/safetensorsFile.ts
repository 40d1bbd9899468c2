import { type FilePieces, writeSafetensors } from "../../../src/checkpoints/safetensors/writeSafetensors.ts";

/** A whole file's bytes. */
export function joined({ pieces, byteLength }: FilePieces): Uint8Array {
  const bytes = Buffer.concat([...pieces]);
  if (bytes.length !== byteLength) throw new Error(`${byteLength} bytes were said, ${bytes.length} came`);
  return new Uint8Array(bytes);
}

export function safetensorsFile(...file: Parameters<typeof writeSafetensors>): Uint8Array {
  return joined(writeSafetensors(...file));
}
