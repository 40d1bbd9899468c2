import { readFile } from "node:fs/promises";

/**
 * For bundles that run in a browser: jpeg-js ends its encoder with `Buffer.from(bytes)`, and a page has no
 * Buffer. A Uint8Array is all it needs, in this module alone.
 */
export const jpegJsWithoutBuffer = {
  name: "jpeg-js-without-buffer",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]jpeg-js[\\/]lib[\\/]encoder\.js$/ }, async ({ path }) => ({
      contents: `const Buffer = Uint8Array;\n${await readFile(path, "utf8")}`,
    }));
  },
};
