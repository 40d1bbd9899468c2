/**
 * The largest image, in pixels. A larger one is refused by its header, before anything is allocated. 100
 * megapixels exceed every phone and most cameras; as RGB they take 300 MB.
 */
export const MAX_PIXELS = 100_000_000;

/**
 * Max memory to decode a JPEG. 2 GB are enough for every image at 4:2:0, and for about 60 megapixels at 4:4:4.
 */
export const MAX_JPEG_MEMORY_IN_MB = 2048;

/**
 * Scans of one JPEG. An encoder writes about ten, at most some twenty; every scan costs a pass over all
 * blocks although it may take up only ten bytes of the file.
 */
export const MAX_JPEG_SCANS = 100;

/** Pixels times scans of one JPEG: an empty scan takes about ten nanoseconds a pixel. */
export const MAX_JPEG_PIXEL_SCANS = 1_000_000_000;

/** Max bytes of a PNG's pixels before conversion to RGB: 64 megapixels of 16-bit RGBA. */
export const MAX_PNG_DATA_BYTES = 512 * 1024 * 1024;
