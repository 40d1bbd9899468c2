import { slicedCrc } from "../support/crc.ts";

/** CRC-32 as zip uses it (ISO 3309), as an unsigned number. */
export const crc32 = slicedCrc(0xedb88320);
