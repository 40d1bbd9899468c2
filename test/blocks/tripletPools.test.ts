import { OWN_GOLDENS } from "../support/goldens.ts";
import { testPools } from "../support/poolTests.ts";

// The widest, and all of them in plain arithmetic, are in tripletPools.full.test.ts.
testPools("wasm", OWN_GOLDENS, ["tl-16", "br-16", "ct-16"]);
testPools("webasm", OWN_GOLDENS, ["tl-16", "br-16", "ct-16"]);
testPools("reference", OWN_GOLDENS, ["ct-16"]);
