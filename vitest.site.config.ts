import { defineConfig } from "vitest/config";

/** What needs the built page in Chromium: `npm run test:site`. */
export default defineConfig({
  test: {
    include: ["test/**/*.site.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A busy machine draws late.
    expect: { poll: { timeout: 30_000 } },
  },
});
