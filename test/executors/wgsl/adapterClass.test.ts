import { expect, test } from "vitest";
import { adapterClass } from "../../../src/executors/wgsl/device/openDevice.ts";
import type { GpuAdapter } from "../../../src/executors/wgsl/device/webgpu.ts";

const workOf = (vendor: string, architecture: string, description: string) =>
  adapterClass({ info: { vendor, architecture, description } } as unknown as GpuAdapter).workPerSubmit;

test.each([
  ["nvidia", "hopper", "NVIDIA H200"],
  ["nvidia", "ampere", ""],
  ["amd", "rdna-2", "AMD Radeon RX 6800 XT (RADV NAVI21)"],
  ["amd", "gcn-5", "AMD Radeon Pro VII"],
])("%s %s %s counts as a discrete GPU", (...info) => {
  expect(workOf(...info)).toBe(100e9);
});

test.each([
  ["amd", "rdna-2", ""],
  ["amd", "gcn-5", "AMD Radeon Graphics (RADV RENOIR)"],
  ["amd", "gcn-5", "AMD Radeon RX Vega 11 Graphics"],
  ["amd", "rdna-3", "AMD Radeon 780M"],
  ["intel", "gen-12lp", "Intel(R) Iris(R) Xe Graphics"],
  ["apple", "common-3", ""],
])("%s %s %s may be weak, so its submits are short", (...info) => {
  expect(workOf(...info)).toBe(20e9);
});

test("SwiftShader counts as a software adapter", () => {
  expect(workOf("google", "swiftshader", "SwiftShader Device")).toBe(0.2e9);
});
