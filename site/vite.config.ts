/** Builds the page into dist/site: index.html and hash-named assets with relative URLs, so that it runs in any folder. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { bundledJpegJs } from "../scripts/bundledJpegJs.mjs";
import { lazyModules } from "../scripts/lazyModules.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TYPES: Readonly<Record<string, string>> = { ".jpg": "image/jpeg", ".png": "image/png" };
/** What lets a page share memory between threads; and no file is kept, since all of them change. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** While the page is edited, weights and samples come from where they lie. */
const dataBesideThePage: Plugin = {
  name: "data-beside-the-page",
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
      const file = join(ROOT, path);
      if (!/^\/(weights|samples)\//.test(path) || !existsSync(file) || !statSync(file).isFile())
        return next();
      response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
      createReadStream(file).pipe(response);
    });
  },
};

/** The worker names the weights' files itself; they are not copied into the assets. */
const noWeights: Plugin = {
  name: "no-weights",
  generateBundle(_options, bundle) {
    for (const name of Object.keys(bundle)) if (name.endsWith(".safetensors")) delete bundle[name];
  },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [dataBesideThePage, noWeights, bundledJpegJs, lazyModules],
  resolve: { alias: { centernet: join(ROOT, "src/index.ts") } },
  worker: { format: "es", plugins: () => [noWeights, bundledJpegJs, lazyModules] },
  server: { headers: HEADERS },
  build: {
    outDir: join(ROOT, "dist/site"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    // A style element or a helper for old browsers would break the page's content security policy.
    modulePreload: false,
    reportCompressedSize: false,
  },
});
