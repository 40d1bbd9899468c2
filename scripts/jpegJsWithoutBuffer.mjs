import { readFile } from "node:fs/promises";

export const JPEG_JS_ENCODER = /[\\/]jpeg-js[\\/]lib[\\/]encoder\.js$/;

/** jpeg-js ends its encoder with `Buffer.from(bytes)`, and a page has no Buffer. A Uint8Array is all it needs. */
export function withoutBuffer(code) {
  return `const Buffer = Uint8Array;\n${code}`;
}

/** For bundles that run in a browser: changes that module alone. */
export const jpegJsWithoutBuffer = {
  name: "jpeg-js-without-buffer",
  setup({ onLoad }) {
    onLoad({ filter: JPEG_JS_ENCODER }, async ({ path }) => ({
      contents: withoutBuffer(await readFile(path, "utf8")),
    }));
  },
};
