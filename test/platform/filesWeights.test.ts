/** Files of one model that a page's user chose together. */
import { expect, test } from "vitest";
import { ModelError } from "../../src/errors.ts";
import { openWeightsFile } from "../../src/loading/openWeights.ts";
import { madeBundle } from "../checkpoints/support/madeBundle.ts";
import { bytesOf, tfjsFile } from "../checkpoints/support/tfjsFile.ts";

const file = (name: string, content: BlobPart, path?: string) => {
  const made = new File([content], name);
  // As a folder's files have it in browsers.
  if (path) Object.assign(made, { webkitRelativePath: path });
  return made;
};

const VALUES = Float32Array.of(1, 2, 3, 4);
const { json, shards } = tfjsFile([{ name: "a", shape: [4], dtype: "float32", bytes: bytesOf(VALUES) }]);
const [[shardName, shard]] = shards;
const MODEL = file("model.json", JSON.stringify(json));
const SHARD = file(shardName, shard as Uint8Array<ArrayBuffer>);

const BUNDLE = [...madeBundle("ckpt-0", [{ key: "a", shape: [4], values: [...VALUES] }], { shards: 2 })].map(
  ([name, bytes]) => file(name, bytes as Uint8Array<ArrayBuffer>),
);

test.each([
  ["a model.json with its shard", [MODEL, SHARD], "tfjs"],
  ["in any order", [SHARD, MODEL], "tfjs"],
  [
    "in a folder",
    [
      file("model.json", MODEL, "m/model.json"),
      file(shardName, SHARD, `m/${shardName}`),
      file("readme", "x", "m/readme"),
    ],
    "tfjs",
  ],
  ["a TensorFlow checkpoint", BUNDLE, "tensorbundle"],
])("%s is opened", async (_, files, format) => {
  const checkpoint = await openWeightsFile(files);
  expect(checkpoint.format).toBe(format);
  expect([...(await checkpoint.read("a"))]).toEqual([...VALUES]);
});

test.each<[string, readonly File[], string]>([
  ["no file", [], "got no file. Choose the files of one model."],
  ["two models", [file("a.pth", "x"), file("b.pth", "y")], 'got "a.pth", "b.pth".'],
  ["two model.json", [MODEL, file("other.json", "{}"), SHARD], 'got "model.json", "other.json", "group1'],
  ["one name twice", [MODEL, MODEL], "got one name twice."],
  [
    "a model.json without its shard",
    [MODEL, file("notes.txt", "x")],
    "got none of that name among the chosen files",
  ],
  ["a model.json alone", [MODEL], "got the file was given without its folder"],
  [
    "an index without its data",
    [BUNDLE[0], file("pipeline.config", "")],
    'expected the data file "ckpt-0.data',
  ],
  ["one file of another kind", [file("a.txt", "hello")], "expected a checkpoint's tar.gz"],
])("%s is refused", async (_, files, message) => {
  const error = await openWeightsFile(files).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  expect(String(error)).toContain(message);
});
