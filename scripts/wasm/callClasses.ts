import { WASM_CALLS } from "../../src/kernels/wasm/kernel.ts";

/**
 * An AssemblyScript class for the call of each function: `GatherGemmCall.at(address)` reads what the executor wrote at
 * that address. The classes have no header and all fields have four bytes, so the order of WASM_CALLS is the layout.
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
