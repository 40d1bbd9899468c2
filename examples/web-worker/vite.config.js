// Workers of the default format cannot import chunks on demand.
export default { build: { target: "es2022" }, worker: { format: "es" } };
