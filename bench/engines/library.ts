import type * as centernet from "../../src/index.ts";
import { LIBRARY } from "../paths.ts";

/** The built package (`npm run build`), so that users get what was measured. */
export function library(): Promise<typeof centernet> {
  return import(LIBRARY);
}
