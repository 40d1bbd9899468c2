import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { factsOf, listOf } from "../../src/cli/commands/models.ts";
import type { PublishedFigures } from "../../src/models/model.ts";
import { modelNamed } from "../../src/models/models.ts";
import { temporaryFolder } from "./support/folders.ts";

test("models says whether an archive is in the cache", async () => {
  const cache = await temporaryFolder();
  vi.stubEnv("CENTERNET_CACHE", cache);
  onTestFinished(() => void vi.unstubAllEnvs());
  const withoutArchive = modelNamed("movenet-lightning");
  const model = { ...withoutArchive, name: "some-model", hasArchive: true } as const;
  const words = async () =>
    listOf([await factsOf(model)])
      .join(" ")
      .replace(/ +/g, " ");
  expect(await words()).toContain("The archive is not in the cache.");
  expect(await factsOf(model)).toMatchObject({ cached: null });
  const path = join(cache, "some-model.tar.gz");
  await writeFile(path, "");
  expect(await words()).toContain("The archive is in the cache.");
  expect(await factsOf(model)).toMatchObject({ cached: path });
  expect(listOf([await factsOf(withoutArchive)]).join(" ")).not.toContain("cache");
  expect(await factsOf(withoutArchive)).toMatchObject({ cached: undefined });
});

test("models shows what was published, and of what nobody knows", async () => {
  const model = modelNamed("movenet-lightning");
  const wordsWith = async (published: PublishedFigures) =>
    listOf([await factsOf({ ...model, published })])
      .join(" ")
      .replace(/ +/g, " ");
  expect(await wordsWith({ milliseconds: 76, boxes: 40, keypoints: 61.4 })).toContain(
    "Published: box mAP 40.0, keypoint mAP 61.4 on COCO 2017 val, 76 ms on a GPU that was never named.",
  );
  expect(await wordsWith({ milliseconds: 6, keypoints: 41.7 })).toContain(
    "Published: keypoint mAP 41.7 on COCO 2017 val, 6 ms",
  );
  expect(await wordsWith({ milliseconds: 6, boxes: 23.4 })).toContain("Published: box mAP 23.4 on COCO");
});
