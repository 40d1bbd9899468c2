/** Node's `EACCES: permission denied, open '/x/y'` in its middle: the path is told elsewhere. */
export function systemMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9_]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
