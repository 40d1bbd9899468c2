/** The detection under the pointer or the focus, by its place in the list. */
import { signal } from "@preact/signals";

export const marked = signal<number | undefined>(undefined);

/** Of the place in the list, so that box, skeleton and row agree; their numbers tell them apart without color. */
export function colorClass(index: number): string {
  return `mark-${index % 8}`;
}
