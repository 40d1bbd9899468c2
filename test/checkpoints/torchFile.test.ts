import { describe, expect, test } from "vitest";
import { readZipDirectory } from "../../src/checkpoints/archives/zipDirectory.ts";
import { zipRecordSource } from "../../src/checkpoints/archives/zipRecordSource.ts";
import { bytesSource, readWhole } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { OrderedDict, type PickleValue } from "../../src/checkpoints/torch/pickleValue.ts";
import { openTorch } from "../../src/checkpoints/torch/torch.ts";
import { TorchStorage, TorchTensor } from "../../src/checkpoints/torch/torchObjects.ts";
import { torchVariables } from "../../src/checkpoints/torch/torchVariables.ts";
import { ModelError } from "../../src/errors.ts";
import { madeZip } from "./support/madeZip.ts";
import { readAll, torchFileBytes } from "./support/torchFiles.ts";

describe("damaged files", () => {
  const read = async (bytes: Uint8Array) => [...(await readAll(bytesSource(bytes, "x.pth")))];

  test.each(["ok-handmade.pth", "parameters-legacy.pth"])("%s is refused, cut at any byte", async (file) => {
    const whole = torchFileBytes(file);
    for (let length = 0; length < whole.length; length++) {
      await expect(read(whole.subarray(0, length)), String(length)).rejects.toThrow(ModelError);
    }
  });

  test("a bit of a zip file that flips is noticed, or changes no number", async () => {
    const whole = torchFileBytes("ok-handmade.pth");
    const right = await read(whole);
    let noticed = 0;
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = whole.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const got = await read(flipped).catch((error) => error);
      if (got instanceof ModelError) noticed++;
      else expect(got, `bit ${bit}`).toEqual(right);
    }
    expect(noticed).toBeGreaterThan(whole.length * 4);
  });

  test("bytes after the last storage of the older format are refused", async () => {
    const longer = Uint8Array.of(...torchFileBytes("parameters-legacy.pth"), 0);
    await expect(read(longer)).rejects.toThrow(/an end at 1451, after the last storage, got 1452 bytes/);
  });
});

test("a file of the other byte order, too, notices a bit that flips in its directory", async () => {
  const source = bytesSource(torchFileBytes("ok-handmade.pth"), "x.pth");
  const directory = [...(await readZipDirectory(source)).values()];
  const records = await Promise.all(
    directory.map(async (record) => {
      const bytes = await readWhole(await zipRecordSource(source, record), 1e6);
      return { path: record.path, bytes };
    }),
  );
  const root = records[0].path.split("/")[0];
  const big = { path: `${root}/byteorder`, bytes: new TextEncoder().encode("big") };
  const whole = madeZip([...records.filter(({ path }) => path !== big.path), big]);
  const read = async (bytes: Uint8Array) => [...(await readAll(bytesSource(bytes, "x.pth")))];
  const right = await read(whole);
  expect(right).not.toEqual(await read(madeZip(records)));
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const flipped = whole.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    const got = await read(flipped).catch((error) => error);
    if (!(got instanceof ModelError)) expect(got, `bit ${bit}`).toEqual(right);
  }
});

test("an unknown byte order is refused", async () => {
  const bytes = madeZip([
    { path: "a/data.pkl", bytes: Uint8Array.of(0x4e, 0x2e) },
    { path: "a/byteorder", bytes: new TextEncoder().encode("middle") },
  ]);
  await expect(openTorch(bytesSource(bytes, "x.pth"))).rejects.toThrow(
    /byte order little or big, got "middle"/,
  );
});

test("a variable that is not there is an error", async () => {
  const checkpoint = await openTorch(bytesSource(torchFileBytes("ok-handmade.pth"), "x.pth"));
  await expect(checkpoint.read("v")).rejects.toThrow('x.pth: expected a variable "v", got none of that name');
});

describe("the state dict", () => {
  const tensor = new TorchTensor(new TorchStorage("0", "F32", 1), 0, [1], [1]);
  const dictionary = (name: string) => new OrderedDict([[name, tensor]]);
  const optimizer = new Map<PickleValue, PickleValue>([["state", new Map([[0, dictionary("exp_avg")]])]]);
  const names = (entries: [PickleValue, PickleValue][]) => [
    ...torchVariables(new Map(entries), "x.pth").tensors.keys(),
  ];

  test("is the object itself, whatever else is in it", () => {
    expect(
      names([
        ["epoch", 3],
        ["w", tensor],
        ["ema", dictionary("v")],
      ]),
    ).toEqual(["w"]);
  });

  test("is the one dictionary of tensors, beside an optimizer and facts that are kept", () => {
    const object = new Map<PickleValue, PickleValue>([
      ["epoch", 3],
      ["arch", "hourglass"],
      ["best", true],
      [1, 2],
      ["none", null],
      ["optimizer", optimizer],
      ["model", dictionary("w")],
    ]);
    const { tensors, metadata } = torchVariables(object, "x.pth");
    expect([...tensors.keys()]).toEqual(["w"]);
    expect([...metadata]).toEqual([
      ["epoch", "3"],
      ["arch", "hourglass"],
      ["best", "true"],
    ]);
  });

  test("of several it is the one called so, else none", () => {
    const ema: [string, PickleValue] = ["ema", dictionary("v")];
    expect(names([ema, ["state_dict", dictionary("w")]])).toEqual(["w"]);
    expect(() => names([ema, ["model", dictionary("w")]])).toThrow(/got 2 dictionaries of tensors/);
    expect(() => names([["a", 1]])).toThrow(/a dictionary of 1 that holds no tensors/);
  });

  test("has texts as names", () => {
    expect(() => names([[5, tensor]])).toThrow(/a tensor's name, got the number 5/);
  });

  test("is found in no time where one dictionary stands under very many keys", () => {
    const inner = new Map<PickleValue, PickleValue>(Array.from({ length: 100_000 }, (_, i) => [i, null]));
    const entries = Array.from({ length: 100_000 }, (_, i): [PickleValue, PickleValue] => [i, inner]);
    expect(() => names(entries)).toThrow(/no tensors/);
  });
});

test("both formats are told by their content, whatever the name", async () => {
  for (const file of ["ok-handmade.pth", "parameters-legacy.pth"]) {
    const { format } = await openCheckpoint({ where: "weights.bin", bytes: torchFileBytes(file) });
    expect(format).toBe("torch");
  }
  const text = torchFileBytes("text.pth");
  await expect(openCheckpoint({ where: "text.pth", bytes: text })).rejects.toThrow(/a torch\.save file/);
});
