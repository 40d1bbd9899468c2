export default {
  mode: "production",
  entry: "./main.js",
  // The largest chunk is gpu.js, which is fetched only if it is needed.
  performance: { hints: false },
};
