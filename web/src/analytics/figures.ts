// Figures of voicemails as the API gives them, and how they are said. A rate is never without its whole; what no carrier reports is
// "not reported", never a zero.
import { graphql } from '../graph/generated';
import type {
  DayFiguresWholeFragment,
  DifferenceWholeFragment,
  HourFiguresWholeFragment,
  RateWholeFragment,
  ResultsWholeFragment,
  StateFiguresWholeFragment,
} from '../graph/generated/graphql';
import { NOT_REPORTED, count } from '../parts/words';

export { NOT_REPORTED } from '../parts/words';

export type Rate = RateWholeFragment;
export type Results = ResultsWholeFragment;
export type Difference = DifferenceWholeFragment;
export type Day = DayFiguresWholeFragment;
export type Hour = HourFiguresWholeFragment;
export type State = StateFiguresWholeFragment;

export const rateFields = graphql(`
  fragment RateWhole on Rate {
    part
    whole
    share
    low
    high
  }
`);

export const resultsFields = graphql(`
  fragment ResultsWhole on Results {
    attempted
    delivered
    listened
    failed
    listeningReported
    deliveryRate {
      ...RateWhole
    }
    failureRate {
      ...RateWhole
    }
    listenRate {
      ...RateWhole
    }
    averageListenSeconds
  }
`);

export const costFields = graphql(`
  fragment CostSharesWhole on CostShares {
    writer
    voice
    carrier
    total
    perDelivered
    perListened
  }
`);

export const dayFields = graphql(`
  fragment DayFiguresWhole on DayFigures {
    day
    attempted
    delivered
    listened
    failed
  }
`);

export const hourFields = graphql(`
  fragment HourFiguresWhole on HourFigures {
    weekday
    hour
    results {
      attempted
      listeningReported
      deliveryRate {
        ...RateWhole
      }
      listenRate {
        ...RateWhole
      }
    }
  }
`);

export const stateFields = graphql(`
  fragment StateFiguresWhole on StateFigures {
    state
    results {
      ...ResultsWhole
    }
  }
`);

export const differenceFields = graphql(`
  fragment DifferenceWhole on Difference {
    by
    low
    high
    clear
  }
`);

/** A share as people write it. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** `62 % of 40`; a dash of nothing; that it is not reported where it is not. */
export function rateWords(rate: Rate | null | undefined): string {
  if (!rate) return NOT_REPORTED;
  return rate.share == null ? '—' : `${percent(rate.share)} of ${count(rate.whole)}`;
}

const NOTHING: Rate = { part: 0, whole: 0, share: null, low: null, high: null };

/** The listen rate; of nothing that was handed over it is nothing, and not unreported. */
export const listenRateOf = (results: Pick<Results, 'attempted' | 'listenRate'>): Rate | null | undefined =>
  results.attempted === 0 ? NOTHING : results.listenRate;

/** How long a voicemail was played on average; of none that was played it is nothing, and not unreported. */
export function averageWords(
  results: Pick<Results, 'listened' | 'listenRate' | 'averageListenSeconds'>,
): string {
  const { averageListenSeconds: seconds, listened, listenRate } = results;
  if (seconds != null) return `${Math.round(seconds)} s`;
  return listenRate && listened === 0 ? '—' : NOT_REPORTED;
}

/** Between what the true share lies, in 95 of 100 such samples. */
export function likelyWords(rate: Rate | null | undefined): string {
  if (rate?.low == null || rate.high == null) return '';
  return `likely ${Math.round(100 * rate.low)} to ${percent(rate.high)}`;
}

const points = (by: number): string => {
  const rounded = Math.round(100 * by);
  return `${rounded > 0 ? '+' : rounded < 0 ? '−' : '±'}${Math.abs(rounded)}`;
};

/** How far two shares are apart, and whether chance alone would do as much. */
export function differenceWords(difference: Difference): string {
  const span = `${points(difference.by)} points, likely ${points(difference.low)} to ${points(difference.high)}`;
  return difference.clear ? span : `${span}: no clear difference`;
}

/** Two rates of different wholes together. */
const together = (rates: Rate[]): { part: number; whole: number } =>
  rates.reduce((sum, r) => ({ part: sum.part + r.part, whole: sum.whole + r.whole }), { part: 0, whole: 0 });

export type Measure = 'delivery' | 'listen';

export const rateOf = (hour: Hour, measure: Measure): Rate | null | undefined =>
  measure === 'delivery' ? hour.results.deliveryRate : hour.results.listenRate;

/** The rate of each hour of the day, all weekdays together; hours without any are left out. */
export function byHourOfDay(
  hours: Hour[],
  measure: Measure,
): { hour: number; share: number; whole: number }[] {
  const rates = new Map<number, Rate[]>();
  for (const hour of hours) {
    const rate = rateOf(hour, measure);
    if (rate && rate.whole > 0) rates.set(hour.hour, [...(rates.get(hour.hour) ?? []), rate]);
  }
  return [...rates]
    .sort(([a], [b]) => a - b)
    .map(([hour, some]) => {
      const { part, whole } = together(some);
      return { hour, share: part / whole, whole };
    });
}

/** `09:00`. */
export const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
