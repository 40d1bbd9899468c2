import type * as centernet from "../../src/index.ts";
import { LIBRARY } from "../paths.ts";

/** The package as it was built (`npm run build`): what is measured is what users get. */
export function library(): Promise<typeof centernet> {
  return import(LIBRARY);
}
