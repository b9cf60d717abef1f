// Reading again what may have changed, one read at a time: what moves while a read is on its way is read after it and never in its
// place, so that something which moves all the time can't starve the reading.

/** Longest rest between two reads, in milliseconds; it is else as long as the last one took. */
const REST_MAX_MILLIS = 5_000;

export interface Turn {
  /** Reads now, or once more after the read that is under way; however often it was asked meanwhile. */
  ask: () => void;
  /** Nothing is read any more, and what is under way is no longer wanted. */
  stop: () => void;
}

export function inTurn(read: (isWanted: () => boolean) => Promise<void>): Turn {
  let isWanted = true;
  let isBusy = false;
  let isAskedAgain = false;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const run = async () => {
    isBusy = true;
    isAskedAgain = false;
    const begun = performance.now();
    try {
      await read(() => isWanted);
    } finally {
      const took = performance.now() - begun;
      rest = setTimeout(
        () => {
          isBusy = false;
          if (isWanted && isAskedAgain) void run();
        },
        Math.min(took, REST_MAX_MILLIS),
      );
    }
  };
  return {
    ask() {
      isAskedAgain = true;
      if (isWanted && !isBusy) void run();
    },
    stop() {
      isWanted = false;
      clearTimeout(rest);
    },
  };
}
