// What came of voicemails in a few numbers, each rate with its whole.
import type { CostSharesWholeFragment } from '../graph/generated/graphql';
import { Figure, Figures } from '../parts/Figure';
import { count, money } from '../parts/words';
import type { Results } from './figures';
import { NOT_REPORTED, averageWords, likelyWords, listenRateOf, percent, rateWords } from './figures';

export function ResultFigures({ results, costs }: { results: Results; costs?: CostSharesWholeFragment }) {
  const { deliveryRate, failureRate } = results;
  const listenRate = listenRateOf(results);
  return (
    <Figures>
      <Figure name="Handed to the carrier" value={count(results.attempted)} />
      <Figure
        name="Left in the mailbox"
        value={deliveryRate.share == null ? '—' : percent(deliveryRate.share)}
        under={`${count(results.delivered)} of ${count(deliveryRate.whole)} handed over · ${likelyWords(deliveryRate)}`}
      />
      <Figure
        name="Listened"
        value={listenRate ? (listenRate.share == null ? '—' : percent(listenRate.share)) : NOT_REPORTED}
        under={
          listenRate
            ? `${rateWords(listenRate)} left · ${likelyWords(listenRate)}`
            : 'the carrier does not say who listened'
        }
      />
      <Figure
        name="Listened on average"
        value={averageWords({ ...results, listenRate: listenRate ?? null })}
      />
      <Figure
        name="Could not be left"
        value={failureRate.share == null ? '—' : percent(failureRate.share)}
        under={`${count(results.failed)} of ${count(failureRate.whole)} handed over · ${likelyWords(failureRate)}`}
      />
      {costs && (
        <Figure
          name="Cost"
          value={money(costs.total)}
          under={costs.perDelivered == null ? '' : `${money(costs.perDelivered)} for each one left`}
        />
      )}
    </Figures>
  );
}
