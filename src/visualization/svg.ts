import { oneLine } from "../errors.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML allows no control characters, not even as entities; `oneLine` writes them as escapes. */
export function escaped(text: string): string {
  return oneLine(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

/** Coordinates to a hundredth of a pixel. */
export function tidy(value: number): number {
  return Math.round(value * 100) / 100;
}
