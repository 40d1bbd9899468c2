/**
 * The entropy-coded data of a scan as they lie in a file (ITU-T T.81 section F.1.2.3): behind an 0xff comes a 0 where
 * it is one of the data, a restart marker between two intervals, or another 0xff that is filled in.
 */
const ESCAPE = 0xff;

/** Whether a byte behind 0xff makes it a restart marker. */
export function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** The data between restart markers. */
export function* intervalsOf(data: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let at = data.indexOf(ESCAPE); at >= 0; at = data.indexOf(ESCAPE, at + 1)) {
    if (!isRestart(data[at + 1])) continue;
    yield data.subarray(start, at);
    start = at + 2;
  }
  yield data.subarray(start);
}

/** A copy of an interval without what is stuffed and filled in, and with `more` zeros behind it. */
export function unstuffed(interval: Uint8Array, more: number): { bytes: Uint8Array; length: number } {
  const bytes = new Uint8Array(interval.length + more);
  let length = 0;
  let from = 0;
  const take = (end: number) => {
    bytes.set(interval.subarray(from, end), length);
    length += end - from;
  };
  for (let at = interval.indexOf(ESCAPE); at >= 0; at = interval.indexOf(ESCAPE, from)) {
    const isData = interval[at + 1] === 0;
    take(isData ? at + 1 : at);
    from = isData ? at + 2 : at + 1;
  }
  take(interval.length);
  return { bytes, length };
}
