/** Files of torch.save that hold more than a state dict, or none: what stands beside it is never run. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { madeZip } from "./support/madeZip.ts";
import { readAll } from "./support/torchFiles.ts";

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

/** Opcodes as text, one byte a character. */
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;

const STORAGE = `(${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}K\x02tQ`;
const TENSOR = `ctorch._utils\n_rebuild_tensor_v2\n(${STORAGE}K\0K\x02\x85K\x01\x85\x89NtR`;
const STATE_DICT = `}${text("w")}${TENSOR}s`;

/** A zip file whose pickle makes this value out of two floats. */
function torchFile(pickle: string): Uint8Array {
  return madeZip([
    { path: "a/data.pkl", bytes: latin1(`\x80\x02${pickle}.`) },
    { path: "a/data/0", bytes: new Uint8Array(Float32Array.of(3, 4).buffer) },
  ]);
}

async function read(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const values = await readAll(bytesSource(bytes, "x.pth"));
  return Object.fromEntries([...values].map(([name, numbers]) => [name, [...numbers]]));
}

test.each(["python2-ordereddict.pth", "extra-torch-size.pth", "extra-namespace.pth"])("%s", async (name) => {
  expect(await read(fixture(name))).toEqual({ "a.weight": [0, 1, 2, 3, 4, 5], "a.bias": [1, 2] });
});

const DTYPE = `cnumpy\ndtype\n(${text("f8")}K\0K\x01tR(K\x03${text("<")}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb`;
const BYTES = `c_codecs\nencode\n(${text("abcdefgh")}${text("latin1")}tR`;

test.each<[what: string, pickle: string]>([
  ["a NumPy scalar", `cnumpy.core.multiarray\nscalar\n(${DTYPE}${BYTES}tR`],
  [
    "a NumPy array",
    `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85${BYTES}tR(K\x01K\x01\x85${DTYPE}\x89${BYTES}tb`,
  ],
  ["Python 2's NumPy array", `cnumpy\nndarray\n(K\0tR(K\x01U\x02\xff\xfetb`],
  ["a device", `ctorch\ndevice\n(${text("cuda")}K\0tR`],
  ["a dtype", "ctorch\nfloat16\n"],
  ["a set, by its class", "cbuiltins\nset\n](K\x01K\x02e\x85R"],
  ["a set of protocol 4", "\x8f(K\x01K\x02\x90"],
  ["a frozen set", "(K\x01K\x02\x91"],
  ["an enumeration's member", "cproject.config\nMode\nK\x01\x85R"],
  ["one of Python 3.11", `cbuiltins\ngetattr\ncproject.config\nMode\n${text("TRAIN")}\x86R`],
  ["a data class", `cproject.config\nConfig\n)\x81}${text("lr")}K\x01sb`],
  ["a framework's dictionary", `cmmengine.config.config\nConfigDict\n)\x81(${text("lr")}K\x01u}b`],
  ["a dictionary of lists", `ccollections\ndefaultdict\ncbuiltins\nlist\n\x85R${text("lr")}]s`],
  ["a whole model beside the state dict", "ctorch.nn.modules.conv\nConv2d\n)\x81}b"],
])("%s beside the state dict changes nothing", async (_, pickle) => {
  expect(await read(torchFile(`}(${text("extra")}${pickle}${text("state_dict")}${STATE_DICT}u`))).toEqual({
    w: [3, 4],
  });
});

test("a tensor with attributes is a tensor", async () => {
  const inner = TENSOR.slice(TENSOR.indexOf("("), -1);
  const pickle = `ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n${inner}}tR`;
  expect(await read(torchFile(`}${text("w")}${pickle}s`))).toEqual({ w: [3, 4] });
});

describe("files without a state dict say what they hold", () => {
  test.each<[what: string, bytes: Uint8Array, got: RegExp]>([
    [
      "a list of tensors",
      fixture("list-of-tensors.pth"),
      /got a list of 2 with 2 tensors without names\. Save/,
    ],
    ["one tensor", torchFile(TENSOR), /got one tensor without a name/],
    [
      "tensors three levels down",
      torchFile(`}${text("a")}](}${text("b")}${STATE_DICT}sNes`),
      /got a dictionary of 1 with one tensor deeper inside, as at "a", 0, "b", "w"/,
    ],
    ["no tensor at all", torchFile("]NaNa"), /got a list of 2 that holds no tensors\. /],
    [
      "a whole model",
      torchFile(`}${text("model")}cultralytics.nn.tasks\nDetectionModel\n)\x81}bs`),
      /got a dictionary of 1 that holds no tensors, but an object of ultralytics\.nn\.tasks\.DetectionModel at "model", which is not read\. Save model\.state_dict\(\)/,
    ],
    [
      "an attack on getattr",
      torchFile(`cbuiltins\ngetattr\n(${text("a")}${text("b")}tR`),
      /"builtins\.getattr"/,
    ],
    [
      "a wrong OrderedDict",
      torchFile("ccollections\nOrderedDict\n](]e\x85R"),
      /a key and a value, got a list of 0/,
    ],
    [
      "a sparse tensor",
      torchFile("ctorch._utils\n_rebuild_sparse_tensor\n)R"),
      /_rebuild_sparse_tensor".*dtype/,
    ],
  ])("%s", async (_, bytes, got) => {
    await expect(read(bytes)).rejects.toThrow(got);
  });
});
