import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** What takes minutes: `npm run test:full`. */
export default defineConfig({
  test: {
    // Vitest leaves one core free, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    include: ["test/**/*.full.test.ts"],
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
  },
});
