// Whether the server can be reached, as the live connection and the requests see it.
import { useSyncExternalStore } from 'react';

let lost = false;
const listeners = new Set<() => void>();

/** Says that the server was or was not reached just now. */
export function noteReached(reached: boolean): void {
  if (lost === !reached) return;
  lost = !reached;
  listeners.forEach(listener => listener());
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether the connection is lost. */
export const useConnectionLost = (): boolean => useSyncExternalStore(subscribe, () => lost);
