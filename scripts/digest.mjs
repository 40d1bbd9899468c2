// Bundles digest.ts, as Node 20 reads no TypeScript, and runs it. What it does and how to use it: digest.ts.
import { withBundles } from "./withBundles.mjs";

await withBundles((importBundled) => importBundled("scripts/digest.ts"));
