import type { Plugin } from "rolldown";

export function isLazy(source: string): boolean;
export const lazyModules: Plugin;
