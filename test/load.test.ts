import { expect, test } from "vitest";
import * as all from "../src/index.ts";
import * as part from "../src/load.ts";

test("centernet/load has the package's own objects", () => {
  const exported = new Map<string, unknown>(Object.entries(all));
  expect(Object.keys(part)).toContain("load");
  for (const [name, value] of Object.entries(part)) expect(value, name).toBe(exported.get(name));
});
