import { describe } from "vitest";
import { ALL_GOLDENS } from "../support/goldens.ts";
import { testPools } from "../support/poolTests.ts";
import { mayBeLeftOut } from "../support/required.ts";

if (ALL_GOLDENS === undefined)
  console.log("CENTERNET_GOLDENS is not set: the whole cases of pools are left out");

// Every number of every step, where the repository holds samples of them.
describe.skipIf(ALL_GOLDENS === undefined && mayBeLeftOut)("whole cases", () => {
  for (const backend of ["wasm", "webasm", "reference"] as const) {
    testPools(backend, ALL_GOLDENS ?? "", ["tl-16", "br-16", "ct-16", "tl-256"]);
  }
});
