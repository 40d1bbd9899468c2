import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** What takes seconds: `npm test`. */
export default defineConfig({
  test: {
    // Vitest leaves one core free, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.full.test.ts"],
    // A hang must end; machines differ too much for anything tighter.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
