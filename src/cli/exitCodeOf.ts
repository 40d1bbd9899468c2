import { BackendError, CenterNetError, ImageError, ModelError } from "../errors.ts";
import { EXIT, type ExitCode } from "./exitCode.ts";
import { Interruption } from "./interruption.ts";

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interruption) return error.exitCode;
  if (error instanceof ModelError || error instanceof BackendError) return EXIT.model;
  if (error instanceof ImageError) return EXIT.images;
  if (error instanceof CenterNetError) return EXIT.usage;
  return EXIT.bug;
}
