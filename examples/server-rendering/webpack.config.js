// Two bundles of the same page, as Next.js makes them: one renders on the server, one runs in the browser.
const path = `${import.meta.dirname}/dist`;
// Quick to build; a site that is published chooses "production".
const shared = { mode: "development", devtool: false };

export default [
  {
    ...shared,
    name: "server",
    target: "node20",
    entry: "./server.js",
    output: { path, filename: "server.cjs", assetModuleFilename: "server/[name][ext]" },
  },
  {
    ...shared,
    name: "client",
    entry: "./client.js",
    output: { path: `${path}/public`, filename: "client.js", publicPath: "/" },
  },
];
