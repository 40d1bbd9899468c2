import type { Plugin } from "esbuild";

export const JPEG_JS_ENCODER: RegExp;
export function withoutBuffer(code: string): string;
export const jpegJsWithoutBuffer: Plugin;
