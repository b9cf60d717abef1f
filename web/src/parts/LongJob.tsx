// How far a long piece of work is: done of all, at what rate, how long it still takes.
import { Group, Paper, Progress, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { count, lasting } from './words';

interface Properties {
  title: string;
  done: number;
  total?: number | undefined;
  fraction?: number | null | undefined;
  perSecond?: number | null | undefined;
  secondsLeft?: number | null | undefined;
  unit: string;
  failed?: number;
  children?: ReactNode;
}

export function LongJob(properties: Properties) {
  const { title, done, total, unit, failed = 0, perSecond, secondsLeft, children } = properties;
  const part = properties.fraction ?? (total ? (done + failed) / total : undefined);
  const known = part !== undefined;
  const words = [
    total === undefined ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`,
    failed > 0 ? `${count(failed)} failed` : '',
    perSecond ? `${count(Math.max(1, Math.round(perSecond)))} a second` : '',
    secondsLeft == null ? '' : `${lasting(secondsLeft)} left`,
  ].filter(Boolean);
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600}>{title}</Text>
          <Text size="sm" className="figures">
            {known ? `${Math.min(100, Math.round(100 * part))} %` : ''}
          </Text>
        </Group>
        <Progress.Root size="lg">
          <Progress.Section value={known ? 100 * part : 100} animated striped={!known} aria-label={title} />
        </Progress.Root>
        <Text size="sm" c="dimmed" className="figures" role="status">
          {words.join(' · ')}
        </Text>
        {children}
      </Stack>
    </Paper>
  );
}

/** The time, to the second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How far work was seen to be at an instant, in milliseconds: what is done, and which part of all that is. */
export interface Sight {
  at: number;
  done: number;
  fraction: number;
}

/** Rate and time left between two sights of the same work; neither before it was seen to move for a while. */
export function paceBetween(first: Sight, last: Sight) {
  const seconds = (last.at - first.at) / 1000;
  const isKnown = seconds > 0.5;
  const [done, part] = [last.done - first.done, last.fraction - first.fraction];
  return {
    perSecond: isKnown && done > 0 ? done / seconds : undefined,
    secondsLeft: isKnown && part > 0 ? (seconds * (1 - last.fraction)) / part : undefined,
  };
}

/** Rate and time left of work that does not say when it began: as it moves from when it is first seen here. */
export function usePaceSeen(done: number, fraction: number) {
  const now = useNow();
  const [first] = useState<Sight>(() => ({ at: Date.now(), done, fraction }));
  return paceBetween(first, { at: now, done, fraction });
}

/** Rate and time left of work that says only when it began and how far it is. */
export function usePace(startedAt: string | null | undefined, done: number, total: number) {
  const now = useNow();
  const seconds = startedAt ? (now - new Date(startedAt).getTime()) / 1000 : 0;
  const perSecond = seconds > 0.5 && done > 0 ? done / seconds : undefined;
  return { perSecond, secondsLeft: perSecond ? (total - done) / perSecond : undefined };
}
