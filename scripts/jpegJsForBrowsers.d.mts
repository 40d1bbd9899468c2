import type { Plugin } from "esbuild";

export const JPEG_JS: RegExp;
export function forBrowsers(path: string, code: string): string;
export const jpegJsForBrowsers: Plugin;
