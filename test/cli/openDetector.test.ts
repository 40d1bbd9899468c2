import { expect, test } from "vitest";
import { threadsFor } from "../../src/cli/detect/openDetector.ts";

test.each([
  ["one image through the default model runs on one thread", 1, {}, 1],
  ["so it does through MoveNet lightning on wasm", 1, { model: "movenet-lightning", backend: "wasm" }, 1],
  ["two images are worth the start of threads", 2, {}, undefined],
  ["a wish counts", 1, { threads: 2 }, 2],
  ["larger networks have the machine's threads", 1, { model: "centerface" }, undefined],
  ["so have weights of one's own, whatever they are", 1, { weights: "own.safetensors" }, undefined],
  ["a larger input takes longer", 1, { size: { width: 512, height: 512 } }, undefined],
  ["so does a mirror image", 1, { flip: true }, undefined],
  ["layers are timed on the machine's threads", 1, { profile: true }, undefined],
  ["other backends have no threads", 1, { backend: "cpu" }, undefined],
] as const)("%s", (_, images, flags, threads) => {
  expect(threadsFor(images, flags)).toBe(threads);
});
