import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * `$CENTERNET_CACHE`, else `centernet` in `$XDG_CACHE_HOME`, else `centernet` in `~/.cache`. A relative
 * `$XDG_CACHE_HOME` is ignored, as its specification demands.
 */
export function cacheFolder(): string {
  const { CENTERNET_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return own;
  return join(shared && isAbsolute(shared) ? shared : join(homedir(), ".cache"), "centernet");
}
