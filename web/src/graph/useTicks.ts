// Does something each time a value has moved, but not when it is there for the first time.
import { useEffect, useRef } from 'react';

export function useTicks(tick: number | string | undefined, moved: () => void): void {
  const last = useRef(tick);
  const latest = useRef(moved);
  useEffect(() => {
    latest.current = moved;
  });
  useEffect(() => {
    if (last.current === tick) return;
    last.current = tick;
    latest.current();
  }, [tick]);
}
