/** Errors between threads: structured cloning keeps neither classes nor fields of errors. */
import {
  BackendError,
  CenterNetError,
  type Fault,
  ImageError,
  MemoryError,
  ModelError,
  UsageError,
} from "../errors.ts";

export interface PackedError {
  readonly kind: keyof typeof KINDS | "other";
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly fault?: Fault;
  /** Of a `ModelError`. */
  readonly differences?: readonly string[];
  /** Of a `MemoryError`. */
  readonly alternative?: string;
}

/** The most derived class first. */
const KINDS = { MemoryError, BackendError, ModelError, ImageError, UsageError };

export function packError(error: unknown): PackedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof CenterNetError)) return { kind: "other", name, message, stack };
  const [kind] = Object.entries(KINDS).find(([, Kind]) => error instanceof Kind) ?? ["other"];
  return {
    kind: kind as PackedError["kind"],
    ...{ name, message, stack, fault: error.fault },
    ...(error instanceof ModelError && { differences: error.differences }),
    ...(error instanceof MemoryError && { alternative: error.alternative }),
  };
}

/** The error as it was thrown, of its class and with its stack. */
export function unpackError(packed: PackedError): Error {
  const error = remade(packed);
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}

function remade({ kind, name, message, fault, differences, alternative }: PackedError): Error {
  if (kind === "other" || !fault) return Object.assign(new Error(message), { name });
  if (kind === "ModelError") return new ModelError(fault, { differences });
  if (kind === "MemoryError") return new MemoryError(fault, { alternative });
  return new KINDS[kind](fault);
}
