// Reading again what may have changed, one read at a time: what moves while a read is on its way is read after it and never in its
// place, so that something which moves all the time can't starve the reading.

/** Longest rest between two reads, in milliseconds; it is else as long as the last one took. */
const REST_MAX_MILLIS = 5_000;

export interface Turn {
  /** Reads now, or at once after the read that is under way; however often it was asked meanwhile. */
  ask: () => void;
  /** The same for what moves by itself: not before a rest, so that it takes no more than half of the time. */
  askAfterRest: () => void;
  /** Nothing is read any more, and what is under way is no longer wanted. */
  stop: () => void;
}

type Asked = 'not' | 'after a rest' | 'at once';

export function inTurn(read: (isWanted: () => boolean) => Promise<void>): Turn {
  let isWanted = true;
  let isReading = false;
  let asked: Asked = 'not';
  const askedMeanwhile = (): Asked => asked;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const run = async () => {
    clearTimeout(rest);
    rest = undefined;
    isReading = true;
    asked = 'not';
    const begun = performance.now();
    await read(() => isWanted);
    isReading = false;
    if (!isWanted) return;
    if (askedMeanwhile() === 'at once') return void run();
    rest = setTimeout(
      () => {
        rest = undefined;
        if (askedMeanwhile() !== 'not') void run();
      },
      Math.min(performance.now() - begun, REST_MAX_MILLIS),
    );
  };
  return {
    ask() {
      asked = 'at once';
      if (isWanted && !isReading) void run();
    },
    askAfterRest() {
      if (asked === 'not') asked = 'after a rest';
      if (isWanted && !isReading && rest === undefined) void run();
    },
    stop() {
      isWanted = false;
      clearTimeout(rest);
    },
  };
}
