/** How images come to the view: dropped, pasted or chosen. */
import { signal } from "@preact/signals";
import { filesOf } from "../../components/droppedFiles.ts";
import { addImages } from "../../state/image.ts";

/** Why the last drop or paste brought nothing. */
export const sourceNote = signal<string | undefined>(undefined);
/** Whether files are held over the view. */
export const isDraggedOver = signal(false);

export const IMAGE_NAME = /\.(jpe?g|jfif|png|webp|avif|gif|bmp|tiff?|hei[cf])$/i;

function take(files: readonly File[], otherwise: string): void {
  sourceNote.value = files.length > 0 ? undefined : otherwise;
  addImages(files);
}

export function chooseImages(files: readonly File[]): void {
  take(files, "No file was chosen.");
}

export async function dropImages(dropped: DataTransfer | null): Promise<void> {
  take(
    await filesOf(dropped, (name) => IMAGE_NAME.test(name)),
    "What was dropped holds no image file. Save the image, then drop its file.",
  );
}

/** What Ctrl+V brings; text fields keep theirs. */
export function pasteEvent(event: ClipboardEvent): void {
  const into = event.target;
  if (into instanceof HTMLElement && into.matches("input:not([type=range]), textarea, select")) return;
  event.preventDefault();
  take([...(event.clipboardData?.files ?? [])], NO_IMAGE);
}

const NO_IMAGE = "The clipboard holds no image.";

/** For the button: the browser may ask first. */
export async function pasteFromClipboard(): Promise<void> {
  try {
    const items = await navigator.clipboard.read();
    const files: File[] = [];
    for (const item of items) {
      const type = item.types.find((each) => each.startsWith("image/"));
      if (type) files.push(new File([await item.getType(type)], `pasted.${type.slice(6)}`, { type }));
    }
    take(files, NO_IMAGE);
  } catch {
    sourceNote.value = "This browser does not let the page read the clipboard. Press Ctrl+V or ⌘V instead.";
  }
}
