import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ListedImage } from "../../../../src/cli/lists/imageList.ts";
import { shardName } from "../../../../src/cli/shards/shard.ts";
import { ShardFile } from "../../../../src/cli/shards/shardFile.ts";
import { imageLine, type ShardHeader, type ShardRun } from "../../../../src/cli/shards/shardFormat.ts";
import type { DetectionRecord } from "../../../../src/detectionRecord.ts";

function makeRun(images: number, of: number, changes: Partial<ShardRun> = {}): ShardRun {
  return {
    version: "1.2.3",
    list: { images, sha256: "ab" },
    of,
    model: { name: "tiny", outputs: "boxes", classes: [{ classId: 1, label: "person" }] },
    weights: "cd",
    options: { score: 0.2 },
    ran: { backend: "cpu", fused: true },
    ...changes,
  };
}

export function makeHeader(
  images: number,
  number: number,
  of: number,
  changes?: Partial<ShardRun>,
): ShardHeader {
  return { run: makeRun(images, of, changes), shard: { index: number - 1, count: of } };
}

/** Image 3 of every run failed. */
export function recordOf(position: number): DetectionRecord {
  const image = `photos/${position}.jpg`;
  if (position === 3) return { image, error: { name: "ImageError", message: `${image}: expected an image` } };
  const box = { xmin: position, ymin: 0.1, xmax: 10.5, ymax: 7 };
  return { image, width: 20, height: 10, detections: [{ label: "person", classId: 1, score: 0.3, box }] };
}

export function lineOf(position: number): string {
  const path = `photos/${position}.jpg`;
  const image: ListedImage = { position, path, relativePath: position % 2 === 0 ? path : `${position}.jpg` };
  return imageLine(image, recordOf(position));
}

/** Adds the lines that a shard lacks, up to so many images. */
export async function fill(file: ShardFile, { run, shard }: ShardHeader, upTo = Number.POSITIVE_INFINITY) {
  for (let done = file.images; done < upTo; done++) {
    const position = shard.index + done * shard.count;
    if (position >= run.list.images) return;
    await file.add(lineOf(position), position === 3);
  }
}

/** Writes all shards of a run. */
export async function writeShards(folder: string, images: number, of: number): Promise<void> {
  for (let number = 1; number <= of; number++) {
    const header = makeHeader(images, number, of);
    const file = await ShardFile.start(folder, header, { rename: true });
    await fill(file, header);
    await file.finish();
  }
}

export function pathOf(folder: string, number: number, of: number): string {
  return join(folder, shardName({ index: number - 1, count: of }));
}

export async function rewrite(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(path, content);
}
