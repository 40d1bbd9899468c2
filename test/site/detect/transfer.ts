/** Files as a page gets them by a drop or a paste. */
import type { JSHandle, Page } from "playwright-core";

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Made in the page, because scripts cannot put files of the system into a drop. */
export function transferOf(page: Page, files: readonly NamedBytes[]): Promise<JSHandle<DataTransfer>> {
  const encoded = files.map(({ name, bytes }) => ({ name, text: Buffer.from(bytes).toString("base64") }));
  return page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, text } of all) {
      const content = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      transfer.items.add(new File([content], name));
    }
    return transfer;
  }, encoded);
}
