// A campaign's figures: rates with what they rest on, by day, hour and state, why voicemails were not left, and what it cost.
import { Grid, Group, Paper, Title } from '@mantine/core';
import { CostTable } from '../analytics/CostTable';
import { DayChart, HourChart } from '../analytics/DayChart';
import { Failures, Obstacles } from '../analytics/Obstacles';
import { ResultFigures } from '../analytics/ResultFigures';
import { StatesReached } from '../analytics/StatesReached';
import { WeekHeat } from '../analytics/WeekHeat';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { FileButton } from '../parts/FileButton';
import { Empty, Shown } from '../parts/States';
import type { Whole } from './useCampaign';

const document = graphql(`
  query AnalyticsOf($campaignId: ID!, $minPosition: Position) {
    analytics(campaignId: $campaignId, minPosition: $minPosition) {
      results {
        ...ResultsWhole
      }
      costs {
        ...CostSharesWhole
      }
      days {
        ...DayFiguresWhole
      }
      hours {
        ...HourFiguresWhole
      }
      states {
        ...StateFiguresWhole
      }
      failures {
        code
        class
        reason
        words
        count
      }
      obstacles {
        rule
        words
        status
        count
      }
    }
  }
`);

const exportDocument = graphql(`
  query AnalyticsExport($campaignId: ID) {
    analyticsExport(campaignId: $campaignId) {
      url
    }
  }
`);

/** Moves with whatever the figures are made of, as the live view of the campaign tells it. */
const movedOf = ({ updatedAt, counters, costs }: Whole): string =>
  `${updatedAt} ${Object.values(counters).join()} ${Object.values(costs).join()}`;

export function Analytics({ campaign }: { campaign: Whole }) {
  const asked = useAsk(document, { campaignId: campaign.id }, { tick: movedOf(campaign) });
  return (
    <Shown asked={asked} what="the figures">
      {({ analytics }) => {
        const { results, costs, days, hours, states, failures, obstacles } = analytics;
        if (results.attempted === 0 && obstacles.length === 0) {
          return (
            <Empty title="No figures yet">
              They appear when the first voicemail was handed to the carrier.
            </Empty>
          );
        }
        const isReported = results.listeningReported;
        return (
          <>
            <Group justify="flex-end" mb="sm">
              <FileButton
                label="Download as CSV"
                document={exportDocument}
                variables={{ campaignId: campaign.id }}
                pick={data => data.analyticsExport.url}
              />
            </Group>
            <ResultFigures results={results} costs={costs} />
            <Grid gap="md" mt="md">
              <Grid.Col span={{ base: 12, md: 6 }}>
                <DayChart days={days} isReported={isReported} title="By day" />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 6 }}>
                <HourChart hours={hours} isReported={isReported} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 7 }}>
                <WeekHeat hours={hours} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Failures failures={failures} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 7 }}>
                <StatesReached states={states} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Obstacles obstacles={obstacles} />
                <Paper withBorder p="md" mt="md">
                  <Title order={2} size="h4" mb="sm">
                    Cost
                  </Title>
                  <CostTable costs={costs} isReported={isReported} />
                </Paper>
              </Grid.Col>
            </Grid>
          </>
        );
      }}
    </Shown>
  );
}
