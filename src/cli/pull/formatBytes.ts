const UNITS = ["kB", "MB", "GB", "TB"];

/** `999 bytes`, `18.1 MB`: decimal, as downloads are counted. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  let value = bytes / 1000;
  let unit = 0;
  // 999.95 would be rounded to 1000.0.
  while (value >= 999.95 && unit + 1 < UNITS.length) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}
