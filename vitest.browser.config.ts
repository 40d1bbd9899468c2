import { defineConfig } from "vitest/config";

/** What needs Chromium: `npm run test:browser`. */
export default defineConfig({
  test: {
    include: ["test/**/*.browser.ts"],
    // SwiftShader computes WebGL on the processor.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
