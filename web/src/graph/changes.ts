// Counts what was changed from this page, so that every list on the screen is read again after it.
import { useSyncExternalStore } from 'react';

let count = 0;
const listeners = new Set<() => void>();

/** Says that something was changed. */
export function noteChange(): void {
  count += 1;
  listeners.forEach(listener => listener());
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** A number that grows with each change. */
export const useChangeCount = (): number => useSyncExternalStore(subscribe, () => count);
