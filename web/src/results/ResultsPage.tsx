// How all campaigns go that a person sees: sums, the last days against those before, things side by side, hours and states.
import { Grid, Stack } from '@mantine/core';
import { useSubscription } from 'urql';
import { ResultFigures } from '../analytics/ResultFigures';
import { StatesReached } from '../analytics/StatesReached';
import { WeekHeat } from '../analytics/WeekHeat';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { Figure, Figures } from '../parts/Figure';
import { FileButton } from '../parts/FileButton';
import { PageTitle } from '../parts/PageTitle';
import { Empty, Shown } from '../parts/States';
import { count } from '../parts/words';
import { SideBySide } from './SideBySide';
import { TrendOf } from './TrendOf';

/** The sums over all campaigns, as they are read and as they move. */
export const overviewFragment = graphql(`
  fragment OverviewWhole on Overview {
    campaigns
    running
    contacts
    blocked
    held
    inDoubt
    results {
      ...ResultsWhole
    }
    costs {
      ...CostSharesWhole
    }
  }
`);

const document = graphql(`
  query ResultsOfAll($minPosition: Position) {
    overview(minPosition: $minPosition) {
      ...OverviewWhole
    }
    hoursOfTheWeek(minPosition: $minPosition) {
      ...HourFiguresWhole
    }
    statesReached(minPosition: $minPosition) {
      ...StateFiguresWhole
    }
  }
`);

/** The sums, as they move: whatever else is shown moves with them. */
const moved = graphql(`
  subscription ResultsMoved {
    overview {
      ...OverviewWhole
    }
  }
`);

const exportDocument = graphql(`
  query ResultsExport {
    analyticsExport {
      url
    }
  }
`);

export function ResultsPage() {
  const [live] = useSubscription({ query: moved });
  const tick = JSON.stringify(live.data?.overview);
  const asked = useAsk(document, {}, { tick });
  return (
    <>
      <PageTitle title="Results" under="Of all campaigns that you see">
        <FileButton
          label="Download as CSV"
          document={exportDocument}
          variables={{}}
          pick={data => data.analyticsExport.url}
        />
      </PageTitle>
      <Shown asked={asked} what="the results">
        {({ overview: o, hoursOfTheWeek: hours, statesReached: states }) =>
          o.results.attempted === 0 ? (
            <Empty title="No results yet">
              They appear when the first voicemail was handed to the carrier.
            </Empty>
          ) : (
            <Stack>
              <Figures>
                <Figure name="Campaigns" value={count(o.campaigns)} under={`${count(o.running)} running`} />
                <Figure name="Contacts in them" value={count(o.contacts)} />
                <Figure name="Blocked by a rule" value={count(o.blocked)} />
                <Figure
                  name="Held"
                  value={count(o.held)}
                  under={o.inDoubt ? `${count(o.inDoubt)} in doubt` : ''}
                />
              </Figures>
              <ResultFigures results={o.results} costs={o.costs} />
              <TrendOf tick={tick} />
              <SideBySide tick={tick} />
              <Grid gap="md">
                <Grid.Col span={{ base: 12, md: 6 }}>
                  <WeekHeat hours={hours} />
                </Grid.Col>
                <Grid.Col span={{ base: 12, md: 6 }}>
                  <StatesReached states={states} />
                </Grid.Col>
              </Grid>
            </Stack>
          )
        }
      </Shown>
    </>
  );
}
