import { UsageError } from "../../errors.ts";

/**
 * Where an archive is downloaded from: its public address, or `--from`: a file's URL, or a folder's, which
 * ends with a slash and holds the archive under its own name.
 *
 * @throws UsageError for anything but an http or https URL.
 */
export function archiveSource(publicAddress: string, from?: string): URL {
  const address = new URL(publicAddress);
  if (from === undefined) return address;
  const mirror = URL.canParse(from) ? new URL(from) : undefined;
  if (!mirror || !isHttp(mirror)) {
    const expected = "a URL of http or https, as in https://example.org/models/";
    throw new UsageError({ where: "option --from", expected, got: JSON.stringify(from) });
  }
  if (mirror.pathname.endsWith("/")) mirror.pathname += address.pathname.split("/").at(-1);
  return mirror;
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}

/** As users read it, without passwords and signatures. */
export function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
