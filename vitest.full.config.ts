import { defineConfig } from "vitest/config";

/** What takes minutes: `npm run test:full`. */
export default defineConfig({
  test: {
    include: ["test/**/*.full.test.ts"],
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
  },
});
