import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { lazyModules } from "../../scripts/lazyModules.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;

async function bundled(code: string): Promise<string> {
  const bundle = await rolldown({
    input: "entry",
    platform: "node",
    external: (id) => id === "node:module",
    plugins: [
      {
        name: "entry",
        resolveId: (source) => (source === "entry" ? join(ROOT, "entry.js") : undefined),
        load: (id) => (id.endsWith("entry.js") ? code : undefined),
      },
      lazyModules,
    ],
  });
  const { output } = await bundle.generate({ format: "esm" });
  return output[0].code;
}

async function run(code: string): Promise<Record<string, unknown>> {
  // A module of its own file has an address, which `createRequire` needs.
  const url = `data:text/javascript,${encodeURIComponent(code.replaceAll("import.meta.url", JSON.stringify(import.meta.url)))}`;
  return import(/* @vite-ignore */ url);
}

test("Node's modules load with the first call, and compute what they do", async () => {
  const code = await bundled(`
    import { createHash } from "node:crypto";
    import { spawnSync } from "child_process";
    export const digest = () => createHash("sha256").update("abc").digest("hex");
    export const status = () => spawnSync("true").status;
  `);
  expect(code).not.toMatch(/from "(node:crypto|child_process|node:child_process)"/);
  const { digest, status } = (await run(code)) as { digest(): string; status(): number };
  expect(digest()).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(status()).toBe(0);
});

test("fflate computes its tables with the first call; its classes are made with new", async () => {
  const code = await bundled(`
    import { Inflate, unzlibSync, zlibSync } from "fflate";
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 7);
    export function roundTrip() {
      const packed = zlibSync(bytes);
      const parts = [];
      const inflate = new Inflate((part) => parts.push(...part));
      inflate.push(packed.subarray(2), true);
      return [packed.length < 100, unzlibSync(packed), parts, bytes];
    }
  `);
  const { roundTrip } = (await run(code)) as { roundTrip(): [boolean, Uint8Array, number[], Uint8Array] };
  const [isSmaller, unpacked, parts, bytes] = roundTrip();
  expect(isSmaller).toBe(true);
  expect(unpacked).toEqual(bytes);
  expect(parts).toEqual([...bytes]);
});

test("what is no function cannot be imported this way: the build says so", async () => {
  await expect(bundled('import { constants } from "node:zlib"; export default constants;')).rejects.toThrow(
    "constants",
  );
});
