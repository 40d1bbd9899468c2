import { BackendError } from "../src/errors.ts";

/**
 * Imports a dependency of this folder alone. `Module` describes the part of it that is used.
 *
 * @throws BackendError if it is not installed.
 */
export async function importPeer<Module>(name: string): Promise<Module> {
  try {
    const module: { default?: Module } & Module = await import(/* @vite-ignore */ name);
    return module.default ?? module;
  } catch (error) {
    throw new BackendError(
      {
        where: `package ${name}`,
        expected: "it in bench/node_modules",
        got: error instanceof Error ? error.message : String(error),
        hint: "npm ci --prefix bench installs it.",
      },
      { cause: error },
    );
  }
}
