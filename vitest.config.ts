import { defineConfig } from "vitest/config";

/** What takes seconds: `npm test`. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.full.test.ts"],
    // A hang must end; machines differ too much for anything tighter.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
