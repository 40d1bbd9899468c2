/** The frames of a video as they come, of which only the newest is of interest. */
export class FrameClock {
  private come = 0;
  private taken = 0;
  private wake = () => {};
  private readonly end: () => void;

  constructor(video: HTMLVideoElement) {
    this.end = "requestVideoFrameCallback" in video ? this.ofFrames(video) : this.ofTime(video);
  }

  /** Waits for a frame that was not taken yet, and takes it. Returns how many came since the last one and were not. */
  async next(): Promise<number> {
    while (this.come === this.taken) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const passedOver = this.taken === 0 ? 0 : this.come - this.taken - 1;
    this.taken = this.come;
    return passedOver;
  }

  /** What came until now is neither taken nor passed over. */
  forget(): void {
    this.taken = this.come;
  }

  stop(): void {
    this.end();
    // Whoever waits goes on, and finds that it has ended.
    this.come++;
    this.wake();
  }

  private ofFrames(video: HTMLVideoElement): () => void {
    let handle = 0;
    const listen = () => {
      handle = video.requestVideoFrameCallback((_, { presentedFrames }) => {
        this.come = presentedFrames;
        this.wake();
        listen();
      });
    };
    listen();
    return () => video.cancelVideoFrameCallback(handle);
  }

  /** Browsers that tell of no frames draw one whenever the video's time has moved. */
  private ofTime(video: HTMLVideoElement): () => void {
    let handle = 0;
    let before = -1;
    const look = () => {
      if (video.currentTime !== before) {
        before = video.currentTime;
        this.come++;
        this.wake();
      }
      handle = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(handle);
  }
}
