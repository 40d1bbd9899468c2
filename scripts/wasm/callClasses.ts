import { WASM_CALLS } from "../../src/kernels/wasm/kernel.ts";

/**
 * An AssemblyScript class for the fields of each function's call: `GatherGemmCall.at(address)` is what the
 * executor wrote there. Without a header and with fields of four bytes each, their order is all.
 */
export function callClasses(): string {
  return Object.entries(WASM_CALLS).map(callClass).join("\n\n");
}

function callClass([name, fields]: [string, Readonly<Record<string, string>>]): string {
  const type = `${name[0].toUpperCase()}${name.slice(1)}Call`;
  const lines = Object.entries(fields).map(([field, fieldType]) => `  ${field}: ${fieldType};`);
  return `@unmanaged export class ${type} {
${lines.join("\n")}
  @inline static at(address: usize): ${type} { return changetype<${type}>(address); }
}`;
}
