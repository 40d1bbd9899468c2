export interface NpyParts {
  /** Default: 1. */
  readonly version?: 1 | 2 | 3;
  readonly descr?: string;
  readonly shape?: readonly number[];
  readonly fortranOrder?: boolean;
  /** Instead of the one that the three fields above make. */
  readonly header?: string;
  readonly data: ArrayBufferView;
}

/** A file as numpy.save writes it. */
export function npyBytes({
  version = 1,
  descr,
  shape = [],
  fortranOrder,
  header,
  data,
}: NpyParts): Uint8Array<ArrayBuffer> {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = fortranOrder ? "True" : "False";
  const text = header ?? `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sides}), }`;
  const start = version === 1 ? 10 : 12;
  const padded = `${text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1)}\n`;
  const length = Buffer.alloc(start - 8);
  if (version === 1) length.writeUInt16LE(padded.length);
  else length.writeUInt32LE(padded.length);
  const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const magic = Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]);
  return new Uint8Array(Buffer.concat([magic, length, Buffer.from(padded, "latin1"), elements]));
}
