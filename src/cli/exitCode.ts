/** What `centernet` tells the shell. */
export const EXIT = {
  fine: 0,
  /** The call is wrong, or a file that it names cannot be written. */
  usage: 1,
  /** The model, its weights or the backend cannot be loaded. */
  model: 2,
  /** Some pictures failed; the others are done. */
  images: 3,
  /** A golden case is beyond its tolerance. */
  verification: 4,
  /** A bug of this project (`EX_SOFTWARE` of sysexits.h). */
  bug: 70,
  /** 128 and the signal's number, as shells count: SIGINT, SIGPIPE, SIGTERM. */
  interrupted: 130,
  closedPipe: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
