import { shown } from "./archiveSource.ts";
import { PartialDownload } from "./partialDownload.ts";
import { type Download, Transfer } from "./transfer.ts";
import { verifyArchive } from "./verifyArchive.ts";

/**
 * Downloads an archive, whole and verified or not at all; from where an earlier try stopped, if the server
 * still has the same file.
 *
 * @throws ModelError where the server has none, gives something else, or stops too often.
 * @throws UsageError where the file system refuses.
 * @throws the signal's reason where it was aborted. What came so far is kept, as it is by the others.
 */
export async function downloadArchive(download: Download): Promise<void> {
  const { url, path, signal } = download;
  const transfer = new Transfer(download, await PartialDownload.takeOver(path, url));
  try {
    const part = await transfer.whole();
    try {
      await verifyArchive(part.data, shown(url), signal);
    } catch (error) {
      // Resuming it would find the same damage.
      if (!signal.aborted) await part.discard();
      throw error;
    }
    await part.complete();
  } finally {
    await transfer.release();
  }
}
