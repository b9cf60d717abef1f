// A rate with its whole, and how far it can be trusted.
import { Text } from '@mantine/core';
import type { Difference, Rate } from './figures';
import { differenceWords, likelyWords, percent, rateWords } from './figures';

/** The rate in words, what it is likely to be below it. */
export function RateText({ rate }: { rate: Rate | null | undefined }) {
  const likely = likelyWords(rate);
  return (
    <>
      <Text span size="sm" className="figures">
        {rateWords(rate)}
      </Text>
      {likely && (
        <Text size="xs" c="dimmed" className="figures">
          {likely}
        </Text>
      )}
    </>
  );
}

/** Where the rate lies between none and all, with the span of what is likely. The words beside it say the same. */
export function RateBar({ rate }: { rate: Rate | null | undefined }) {
  if (rate?.share == null || rate.low == null || rate.high == null) return null;
  return (
    <div className="rate-bar" aria-hidden title={`${percent(rate.share)}, ${likelyWords(rate)}`}>
      <div
        className="likely"
        style={{ left: `${100 * rate.low}%`, width: `${100 * (rate.high - rate.low)}%` }}
      />
      <div className="share" style={{ left: `${100 * rate.share}%` }} />
    </div>
  );
}

/** How far something is from the others; in colour only where chance would not do as much. */
export function DifferenceText({ difference }: { difference: Difference | null | undefined }) {
  if (!difference) return <Text size="sm">—</Text>;
  return (
    <Text size="sm" className="figures" fw={difference.clear ? 600 : 400}>
      {difference.clear ? (difference.by > 0 ? '▲ ' : '▼ ') : ''}
      {differenceWords(difference)}
    </Text>
  );
}
