import type { Plugin } from "rolldown";

export function changedJpegJs(path: string, code: string): string;
export const bundledJpegJs: Plugin;
