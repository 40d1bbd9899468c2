import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeSafetensors } from "../../src/checkpoints/safetensors/writeSafetensors.ts";
import { openDump } from "../../src/compare/dump/dump.ts";
import { DumpValues, dumpInputSize } from "../../src/compare/dump/dumpValues.ts";
import { ModelError } from "../../src/errors.ts";
import { shapeOf } from "../../src/tensor.ts";
import { temporaryFolder, write } from "../cli/support/folders.ts";
import { fuzz } from "../support/fuzz.ts";
import { npyBytes } from "../support/npyBytes.ts";

/** [1, 2, 1, 3] and the same map as PyTorch has it. */
const LAST = Float32Array.of(0, 10, 20, 1, 11, 21);
const FIRST = Float32Array.of(0, 1, 10, 11, 20, 21);
const SHAPE = shapeOf(2, 1, 3);

function safetensors(
  tensors: Record<string, { shape: number[]; data: Float32Array }>,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  const file = writeSafetensors(new Map(Object.entries(tensors)), new Map(Object.entries(metadata)), {
    dtype: "F32",
  });
  return new Uint8Array(Buffer.concat([...file.pieces]));
}

const messageOf = async (opening: Promise<unknown>) => {
  const error = await opening.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  return (error as ModelError).message;
};

describe("a safetensors file", () => {
  test("is read by layer, in either layout, from bytes, a path and a File", async () => {
    const bytes = safetensors({
      a: { shape: [1, 2, 1, 3], data: LAST },
      "their.b": { shape: [1, 3, 2, 1], data: FIRST },
      more: { shape: [4], data: new Float32Array(4) },
    });
    const folder = await temporaryFolder();
    await write(folder, { "dump.safetensors": bytes });
    const sources = [
      bytes,
      bytes.slice().buffer,
      join(folder, "dump.safetensors"),
      new File([bytes], "d.safetensors"),
    ];
    for (const source of sources) {
      const values = new DumpValues(await openDump(source as Uint8Array), ["a", "b", "c"], {
        names: { "their.b": "b" },
      });
      expect(values.names).toEqual(["a", "b"]);
      expect(values.surplus).toEqual(["more"]);
      for (const node of values.names)
        expect(await values.read(node, SHAPE)).toEqual({ shape: SHAPE, data: LAST });
    }
  });

  test("states its layout for all tensors or for one", async () => {
    const shape = [1, 2, 2, 2];
    const data = Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13);
    const last = Float32Array.of(0, 10, 1, 11, 2, 12, 3, 13);
    const tensors = { a: { shape, data }, b: { shape, data: last } };
    const dump = await openDump(safetensors(tensors, { layout: "nchw", "layout:b": "NHWC" }));
    const values = new DumpValues(dump, ["a", "b"]);
    for (const node of ["a", "b"]) expect((await values.read(node, shapeOf(2, 2, 2))).data).toEqual(last);
    const open = new DumpValues(await openDump(safetensors(tensors)), ["a", "b"]);
    await expect(open.read("a", shapeOf(2, 2, 2))).rejects.toThrow(
      'dump tensor "a": expected a stated layout',
    );
    const given = new DumpValues(await openDump(safetensors(tensors)), ["a", "b"], { layout: "NCHW" });
    expect((await given.read("a", shapeOf(2, 2, 2))).data).toEqual(last);
  });

  test("is refused for a layout that does not exist, or of a tensor that does not", async () => {
    const tensors = { a: { shape: [1], data: Float32Array.of(1) } };
    expect(await messageOf(openDump(safetensors(tensors, { layout: "CHW" })))).toBe(
      'dump metadata "layout": expected NHWC or NCHW, the order of the axes, got "CHW".',
    );
    expect(await messageOf(openDump(safetensors(tensors, { "layout:b": "NCHW" })))).toBe(
      'dump metadata "layout:b": expected a tensor of the file, got none of that name.',
    );
  });

  test("holds the network's input at its own size", async () => {
    const dump = await openDump(safetensors({ x: { shape: [1, 3, 2, 4], data: new Float32Array(24) } }));
    expect(dumpInputSize(dump, { names: { x: "input" } })).toEqual({ height: 2, width: 4 });
    expect(dumpInputSize(dump, {})).toBeUndefined();
  });
});

describe("a folder of .npy files", () => {
  const array = npyBytes({ descr: "<f4", shape: [1, 3, 2, 1], data: FIRST });
  const double = npyBytes({ descr: "<f8", shape: [1], data: Float64Array.of(0.1) });

  test("names tensors by paths, and leaves other files alone", async () => {
    const folder = await temporaryFolder();
    await write(folder, { "a.npy": array, "heads/b.NPY": double, "notes.txt": "x" });
    const dump = await openDump(folder);
    expect([...dump.tensors]).toEqual([
      ["a", { dtype: "F32", shape: [1, 3, 2, 1] }],
      ["heads/b", { dtype: "F64", shape: [1] }],
    ]);
    expect(await new DumpValues(dump, ["a"]).read("a", SHAPE)).toEqual({ shape: SHAPE, data: LAST });
    expect(await dump.read("heads/b")).toEqual(Float64Array.of(0.1));
  });

  test("may be one file, or the files that a page's user chose", async () => {
    const folder = await temporaryFolder();
    await write(folder, { "a.npy": array });
    expect([...(await openDump(join(folder, "a.npy"))).tensors.keys()]).toEqual(["a"]);
    const files = [new File([array], "a.npy"), new File([double], "b.npy")];
    const dump = await openDump(files);
    expect([...dump.tensors.keys()]).toEqual(["a", "b"]);
    expect(await dump.read("a")).toEqual(FIRST);
    expect(await messageOf(openDump([files[0], files[0]]))).toContain("expected files of different names");
  });

  test("is refused if it is empty, has others only, or a broken one", async () => {
    const folder = await temporaryFolder();
    await write(folder, {
      "x/notes.txt": "x",
      "y/a.npy": array.subarray(0, -1),
      "z/a.npy": array,
      "z/a.NPY": array,
    });
    const [x, y, z] = ["x", "y", "z"].map((name) => join(folder, name));
    expect(await messageOf(openDump(x))).toBe(
      `${x}: expected .npy files in this folder, got only files of other kinds.`,
    );
    expect(await messageOf(openDump(y))).toBe(
      `${join(y, "a.npy")}: expected 24 bytes of elements after the header, got 23. The file is truncated.`,
    );
    expect(await messageOf(openDump(z))).toContain("expected each tensor once, got it twice.");
  });
});

test("other files are refused by name, with the way out", async () => {
  const folder = await temporaryFolder();
  await write(folder, {
    "a.pt": "PK\x03\x04",
    "a.txt": "text",
    "a.gz": new Uint8Array([0x1f, 0x8b, 8, 0]),
    "a.safetensors": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
  });
  const expected = "expected a safetensors file, or a folder of .npy files";
  expect(await messageOf(openDump(join(folder, "none")))).toContain(
    `${expected}, got no such file or directory. Check the path.`,
  );
  expect(await messageOf(openDump(join(folder, "a.pt")))).toContain(
    "got a ZIP archive. Save the tensors with safetensors.torch.save_file; unpack an .npz into a folder.",
  );
  expect(await messageOf(openDump(join(folder, "a.txt")))).toContain(expected);
  expect(await messageOf(openDump(join(folder, "a.gz")))).toContain("got a gzip file. Unpack it first.");
  expect(await messageOf(openDump(new Uint8Array(0)))).toContain("got an empty file");
  // The content decides, not the name.
  expect(await messageOf(openDump(join(folder, "a.safetensors")))).toContain(
    `${expected}, got a Git LFS pointer, not the file itself. Fetch the file with git lfs pull.`,
  );
});

test("damaged dumps are read or refused in one line", async () => {
  const seeds = [
    safetensors(
      { a: { shape: [1, 3, 2, 1], data: FIRST }, input: { shape: [1, 3, 1, 2], data: FIRST } },
      { layout: "NCHW" },
    ),
  ];
  const result = await fuzz({
    seeds,
    seed: 72,
    runs: 500,
    async run(bytes) {
      const dump = await openDump(bytes);
      dumpInputSize(dump, {});
      const values = new DumpValues(dump, ["a"]);
      await values.read("a", SHAPE);
    },
  });
  expect(result.accepted).toBeGreaterThan(0);
  expect(Object.keys(result.errors)).toEqual(["ModelError"]);
});
