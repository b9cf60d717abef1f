// Whether the server can be reached, as the live connection, the requests and the browser see it; while it can't be,
// the server is looked for until it answers.
import { useSyncExternalStore } from 'react';

/** Between two looks for a lost server, in milliseconds: doubled from the first to the second. */
const LOOK_AGAIN = { first: 1_000, longest: 8_000 };

let lost = false;
let wait = LOOK_AGAIN.first;
let nextLook: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Says that the server was or was not reached just now. */
export function noteReached(reached: boolean): void {
  if (lost === !reached) return;
  lost = !reached;
  wait = LOOK_AGAIN.first;
  clearTimeout(nextLook);
  if (lost) nextLook = setTimeout(look, wait);
  listeners.forEach(listener => listener());
}

/** Looks for the server, now and, if it isn't there, again later. */
function look(): void {
  clearTimeout(nextLook);
  fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(LOOK_AGAIN.longest) }).then(
    () => noteReached(true),
    () => {
      if (!lost) return;
      wait = Math.min(wait * 2, LOOK_AGAIN.longest);
      clearTimeout(nextLook);
      nextLook = setTimeout(look, wait);
    },
  );
}

/** Takes the browser's word that its network went, and looks at once when it is back. */
export function followBrowser(window: Window): void {
  window.addEventListener('offline', () => noteReached(false));
  window.addEventListener('online', () => {
    if (lost) look();
  });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether the connection is lost just now. */
export const connectionLost = (): boolean => lost;

/** Whether the connection is lost, as it changes. */
export const useConnectionLost = (): boolean => useSyncExternalStore(subscribe, connectionLost);
