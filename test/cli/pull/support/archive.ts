import { gzipSync } from "node:zlib";

/** A `.tar.gz` with one file of so many bytes that no compression makes smaller. */
export function makeArchive(size = 60_000, seed = 1): Buffer {
  const content = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    // Numerical Recipes' generator: any would do.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[i] = state >>> 24;
  }
  const padding = Buffer.alloc((512 - (size % 512)) % 512);
  return gzipSync(Buffer.concat([tarHeader("model/data", size), content, padding, Buffer.alloc(1024)]));
}

/** POSIX.1-1988 ustar. */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("ustar\0" + "00", 257);
  header.write("0", 156);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
