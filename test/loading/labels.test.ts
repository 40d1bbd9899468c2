import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NamedCheckpoint } from "../../src/checkpoints/names/nameParameters.ts";
import { load } from "../../src/detect.ts";
import { ModelError, UsageError } from "../../src/errors.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { channelLabels, type LabelSource, readLabels } from "../../src/loading/labels.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { parameterShapes } from "../../src/loading/readWeights.ts";
import { COCO_LABELS, classLabels } from "../../src/models/coco.ts";
import type { Model } from "../../src/models/model.ts";
import { modelNamed } from "../../src/models/models.ts";
import { channelCount, withLabels } from "../../src/models/withLabels.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "centernet-"));
  await writeFile(join(folder, "names.txt"), "cat\ndog\n");
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

test("a label map is a list, a path, a URL, or a file's contents", async () => {
  const contents = bytes("cat\ndog");
  const sources: LabelSource[] = [
    ["cat", "dog"],
    join(folder, "names.txt"),
    new URL(`file://${folder}/names.txt`),
    contents,
    contents.buffer,
    new Blob([contents]),
    await readLabels(["cat", "dog"]),
  ];
  for (const source of sources) {
    const { items } = await readLabels(source);
    expect(items.map(({ id, label }) => [id, label])).toEqual([
      [1, "cat"],
      [2, "dog"],
    ]);
  }
  await expect(readLabels(join(folder, "none.txt"))).rejects.toThrow(
    /none\.txt: expected a label map, got .*no such file.*\. Check the path\./,
  );
});

test("a label map that a program made is checked", async () => {
  const item = { id: 1, name: "cat", label: "cat", keypoints: new Map() };
  const map = { items: [item], unknown: [] };
  expect((await readLabels(map)).items).toEqual([item]);
  for (const items of [[5], [undefined], [{ id: 1 }], [{ id: 0.5, label: "a" }]]) {
    await expect(readLabels({ items, unknown: [] } as never)).rejects.toThrow(UsageError);
  }
  await expect(readLabels({ items: [item, item], unknown: [] })).rejects.toThrow(/every id once/);
});

describe("the channels of a network are named", () => {
  const labels = async (source: LabelSource, classes: number) => {
    return channelLabels(await readLabels(source), classes, "a model").map(({ classId, label }) => [
      classId,
      label,
    ]);
  };
  const coco = bytes(JSON.stringify([...COCO_LABELS].map(([id, name]) => ({ id, name }))));

  test("by a list in its order", async () => {
    expect(await labels(["a", "b"], 2)).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
    expect(await labels(bytes("names: [a, b]"), 2)).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
  });

  test("by a list that begins with the background", async () => {
    for (const name of ["background", "???", "__background__"]) {
      expect(await labels([name, "a", "b"], 2)).toEqual([
        [1, "a"],
        [2, "b"],
      ]);
    }
  });

  test("by ids with gaps, as the 90 channels of the zoo or COCO's 80 classes", async () => {
    expect(channelLabels(await readLabels(coco), 80, "")).toEqual(classLabels(80));
    const ninety = await labels(coco, 90);
    expect(ninety[11]).toEqual([12, "class 12"]);
    expect(ninety[12]).toEqual([13, "stop sign"]);
    expect(await labels(bytes('{"0": "a", "2": "c"}'), 3)).toEqual([
      [0, "a"],
      [1, "class 1"],
      [2, "c"],
    ]);
    expect(await labels(bytes('{"30": "c", "10": "a", "20": "b"}'), 3)).toEqual([
      [10, "a"],
      [20, "b"],
      [30, "c"],
    ]);
  });

  test("or the label map is of another network", async () => {
    await expect(labels(["a"], 2)).rejects.toThrow(
      "label map: expected names for the 2 classes of a model, got 1. Give the label map that the model was trained with.",
    );
    await expect(labels(["a", "b", "c"], 2)).rejects.toThrow(/got 3\./);
    await expect(labels(["a"], 2 ** 31)).rejects.toThrow(
      /at most 20000 classes, got a network of 2147483648/,
    );
    await expect(labels(["a", "b"], 1)).rejects.toThrow(/names for the 1 class of/);
    await expect(labels(coco, 85)).rejects.toThrow(
      /with ids from 1 to 85, got id 86 \("vase"\) among 80 names/,
    );
    await expect(labels(bytes('{"0": "a", "3": "b"}'), 3)).rejects.toThrow(/from 0 to 2, got id 3 \("b"\)/);
  });
});

describe("every kind of network takes names", () => {
  const fileOf = (model: string, evidence: NamedCheckpoint["evidence"]): NamedCheckpoint => ({
    format: "torch",
    where: "file",
    metadata: new Map(),
    evidence,
    variables: new Map(
      [...parameterShapes(modelNamed(model))].map(([name, shape]) => [
        name,
        { dtype: "F32", shape, byteLength: 0 },
      ]),
    ),
    read: () => Promise.reject(new Error("nothing is read here")),
  });

  test.each([
    ["centernet-52", { family: "triplets" }, 80],
    ["ctdet_coco_hg", { family: "objectsAsPoints" }, 80],
    ["multi_pose_hg_3x", { family: "objectsAsPoints" }, 1],
    ["movenet-lightning", { model: "movenet-lightning" }, 1],
    ["centernet_hg104_512x512_coco17_tpu-8", { model: "centernet_hg104_512x512_coco17_tpu-8" }, 90],
  ] as const)("%s", async (name, evidence, classes) => {
    const names = Array.from({ length: classes }, (_, i) => `name ${i}`);
    const file = fileOf(name, evidence);
    const { model } = modelOfCheckpoint(file, undefined, { labelMap: await readLabels(names) });
    expect(channelCount(modelNamed(name))).toBe(classes);
    expect(model.name).toBe(name);
    expect(model.classes.map(({ label }) => label)).toEqual(names);
    const labelMap = await readLabels([...names, "more"]);
    expect(() => modelOfCheckpoint(file, undefined, { labelMap })).toThrow(ModelError);
  });

  test("and its detections and explanation bear them", () => {
    const box = { xmin: 0, ymin: 0, xmax: 1, ymax: 1 };
    const rejected = [{ reason: "class", labels: ["toothbrush", "person"] }];
    const base: Model = {
      ...modelNamed("centernet-52"),
      views: () => ({
        views: [],
        combine: () => ({
          detections: [
            { label: "person", classId: 1, score: 0.5, box },
            { label: "toothbrush", classId: 90, score: 0.4, box },
          ],
          explain: () => ({ explanation: { family: "triplets", rejected } as unknown as Explanation }),
        }),
      }),
    };
    const labels = Array.from({ length: 80 }, (_, classId) => ({ classId, label: `name ${classId}` }));
    const image = { width: 1, height: 1, data: new Uint8Array(3) };
    const loaded = { size: base.defaultSize, constants: new Map() };
    const result = withLabels(base, labels).views(image, loaded, {}).combine([]);
    expect(result.detections).toEqual([
      { label: "name 0", classId: 0, score: 0.5, box },
      { label: "name 79", classId: 79, score: 0.4, box },
    ]);
    const { explanation } = result.explain?.({ detections: result.detections, fates: [] }) ?? {};
    expect(explanation).toMatchObject({ rejected: [{ labels: ["name 79", "name 0"] }] });
  });

  test("through load, whose option is checked", async () => {
    const detector = await load("movenet-lightning", { labelMap: ["climber"], backend: "wasm" });
    expect(detector.network.model.classes).toEqual([{ label: "climber", classId: 1 }]);
    await detector.dispose();
    await expect(load("movenet-lightning", { labelMap: [1] as never })).rejects.toThrow(UsageError);
    await expect(load("movenet-lightning", { labelMap: ["a", "b"] })).rejects.toThrow(
      /label map: expected names for the 1 class of movenet-lightning, got 2/,
    );
  });
});
