/** The files of a drop, those in a dropped folder included. */

/** More are not read. */
const MAX_FILES = 1000;

/** Of dropped folders, only the files that `isWanted` are taken; by default all. */
export async function filesOf(
  dropped: DataTransfer | null,
  isWanted: (name: string) => boolean = () => true,
): Promise<readonly File[]> {
  if (!dropped) return [];
  // Entries are gone once this function waits.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory)) return [...dropped.files];
  const files: File[] = [];
  for (const entry of entries) {
    if (!entry) continue;
    const own: File[] = [];
    await collect(entry, own);
    files.push(...own.filter(({ name }) => !entry.isDirectory || isWanted(name)));
  }
  return files.slice(0, MAX_FILES);
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MAX_FILES) return;
  if (entry.isFile) {
    files.push(
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    );
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a folder's entries in several parts, and none at its end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return;
    for (const each of part) await collect(each, files);
  }
}
