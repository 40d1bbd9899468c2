import { gzipSync } from "node:zlib";
import { concatenated } from "./madeBundle.ts";

export interface TarMember {
  name: string;
  contents?: Uint8Array;
  /** Default: a file. */
  type?: string;
  /** Default: the contents' length. */
  size?: number;
  prefix?: string;
}

const encoder = new TextEncoder();

/** A ustar archive of these members, with the two blocks of zeros at its end. */
export function madeTar(members: readonly TarMember[]): Uint8Array {
  const parts = members.flatMap((member) => {
    const { contents = new Uint8Array(0) } = member;
    const padding = new Uint8Array((512 - (contents.length % 512)) % 512);
    return [tarHeader(member), contents, padding];
  });
  return concatenated(...parts, new Uint8Array(1024));
}

export function tarHeader({ name, contents, type = "0", size, prefix = "" }: TarMember): Uint8Array {
  const header = new Uint8Array(512);
  const put = (text: string, at: number) => header.set(encoder.encode(text), at);
  put(name, 0);
  put("0000644\0", 100);
  put("0000000\0", 108);
  put("0000000\0", 116);
  put(`${(size ?? contents?.length ?? 0).toString(8).padStart(11, "0")}\0`, 124);
  put("00000000000\0", 136);
  put(type, 156);
  put("ustar\0" + "00", 257);
  put(prefix, 345);
  return withChecksums(header);
}

/** Sets the checksum of every block that looks like a header. */
export function withChecksums(tar: Uint8Array): Uint8Array {
  const fixed = tar.slice();
  for (let start = 0; start + 512 <= fixed.length; start += 512) {
    const header = fixed.subarray(start, start + 512);
    if (new TextDecoder("latin1").decode(header.subarray(257, 262)) !== "ustar") continue;
    header.set(encoder.encode("        "), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(encoder.encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  }
  return fixed;
}

export function tarOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return madeTar([...files].map(([name, contents]) => ({ name, contents })));
}

export function tarGzOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return new Uint8Array(gzipSync(tarOf(files)));
}

/** The bytes as a stream in pieces of that size. */
export function streamOf(bytes: Uint8Array, piece = 1000): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position < bytes.length) controller.enqueue(bytes.slice(position, position + piece));
      else controller.close();
      position += piece;
    },
  });
}
