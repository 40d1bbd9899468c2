import { type JsonLines, NO_JSON, openJsonLines } from "../files/jsonLines.ts";
import type { Session } from "../io.ts";
import type { ImageList } from "../lists/imageList.ts";
import type { DetectFlags } from "./flags.ts";
import type { Records } from "./records.ts";

/**
 * Opens what `--json` names. Undefined if everything is done already.
 *
 * @throws UsageError if it cannot be written; this is checked before any work.
 */
export async function openRecords(
  images: ImageList,
  flags: DetectFlags,
  session: Session,
): Promise<Records | undefined> {
  const { json, shard, resume } = flags;
  if (json === undefined) return linesOf(NO_JSON, images);
  if (shard) {
    const { openShard } = await import("../shards/shardRecords.ts");
    return openShard(images, { ...flags, json, shard }, session);
  }
  if (resume) {
    const { openResumedLines } = await import("../resume/resumedLines.ts");
    return openResumedLines(images, { ...flags, json }, session);
  }
  return linesOf(await openJsonLines(json, session), images);
}

function linesOf(lines: JsonLines, images: ImageList): Records {
  return {
    takesStdout: lines.takesStdout,
    begin: async () => ({ count: images.length, has: () => true }),
    add: ({ record }) => lines.add(record),
    async finish() {
      await lines.finish();
      return [];
    },
  };
}
