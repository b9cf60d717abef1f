// A campaign's figures: by day, by the recipients' hour, by state, and why voicemails were not left.
import { BarChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Button, Grid, Group, Paper, Table, Text, Title } from '@mantine/core';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { Sign } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { ruleName } from '../parts/rules';
import { count, deliveries, plain, share } from '../parts/words';
import { StateMap } from './StateMap';
import type { Cell } from './analyticsSums';
import { cellsAsCsv, listenRate, sumsBy } from './analyticsSums';
import type { Whole } from './useCampaign';

const document = graphql(`
  query AnalyticsOf($campaignId: ID!, $minPosition: Position) {
    analytics(campaignId: $campaignId, minPosition: $minPosition) {
      cells {
        day
        hour
        state
        outcome
        count
      }
      failures {
        code
        class
        reason
        count
      }
      obstacles {
        rule
        status
        count
      }
    }
  }
`);

function download(cells: Cell[]): void {
  const link = window.document.createElement('a');
  link.href = URL.createObjectURL(new Blob([cellsAsCsv(cells)], { type: 'text/csv' }));
  link.download = 'analytics.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const SERIES = [
  { name: 'Left', color: 'blue.7' },
  { name: 'Listened', color: 'teal.7' },
  { name: 'Not left', color: 'red.7' },
];

const clock = (hour: string) => `${hour.padStart(2, '0')}:00`;

export function Analytics({ campaign }: { campaign: Whole }) {
  const asked = useAsk(document, { campaignId: campaign.id }, { tick: campaign.counters.attempted });
  return (
    <Shown asked={asked} what="the figures">
      {({ analytics: { cells, failures, obstacles } }) => {
        if (cells.length === 0 && obstacles.length === 0) {
          return (
            <Empty title="No figures yet">
              They appear when the first voicemail was handed to the carrier.
            </Empty>
          );
        }
        const days = [...sumsBy(cells, c => c.day)];
        const hours = [...sumsBy(cells, c => String(c.hour))];
        const states = [...sumsBy(cells, c => c.state || 'unknown')];
        const failed = failures.reduce((sum, f) => sum + f.count, 0);
        return (
          <>
            <Group justify="flex-end" mb="sm">
              <Button variant="default" onClick={() => download(cells)}>
                Download as CSV
              </Button>
            </Group>
            <Grid gap="md">
              <Grid.Col span={{ base: 12, md: 6 }}>
                <Paper withBorder p="md">
                  <Title order={2} size="h4" mb="sm">
                    By day
                  </Title>
                  <div
                    role="img"
                    aria-label={`Voicemails by day. ${days.map(([d, s]) => `${d}: ${s.DELIVERED} left, ${s.LISTENED} listened, ${s.FAILED} not left`).join('. ')}`}
                  >
                    <BarChart
                      h={240}
                      dataKey="day"
                      series={SERIES}
                      withLegend
                      data={days.map(([day, s]) => ({
                        day,
                        Left: s.DELIVERED,
                        Listened: s.LISTENED,
                        'Not left': s.FAILED,
                      }))}
                    />
                  </div>
                </Paper>
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 6 }}>
                <Paper withBorder p="md">
                  <Title order={2} size="h4" mb="sm">
                    Listen rate by the recipient’s hour
                  </Title>
                  <div
                    role="img"
                    aria-label={`Listen rate by hour. ${hours.map(([h, s]) => `${clock(h)}: ${Math.round(listenRate(s))} percent`).join('. ')}`}
                  >
                    <BarChart
                      h={240}
                      dataKey="hour"
                      unit=" %"
                      yAxisProps={{ domain: [0, 100] }}
                      series={[{ name: 'Listen rate', color: 'teal.7' }]}
                      data={hours.map(([hour, s]) => ({
                        hour: clock(hour),
                        'Listen rate': Math.round(listenRate(s)),
                      }))}
                    />
                  </div>
                </Paper>
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 7 }}>
                <Paper withBorder p="md">
                  <Title order={2} size="h4" mb="sm">
                    By state
                  </Title>
                  <StateMap sums={new Map(states)} />
                  <Table mt="sm" aria-label="By state">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>State</Table.Th>
                        <Table.Th ta="right">Handed over</Table.Th>
                        <Table.Th ta="right">Left</Table.Th>
                        <Table.Th ta="right">Listened</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {states.map(([state, s]) => (
                        <Table.Tr key={state}>
                          <Table.Td>{state}</Table.Td>
                          <Table.Td ta="right">{count(s.ATTEMPTED)}</Table.Td>
                          <Table.Td ta="right">{count(s.DELIVERED)}</Table.Td>
                          <Table.Td ta="right">{share(s.LISTENED, s.DELIVERED)}</Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </Paper>
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Paper withBorder p="md">
                  <Title order={2} size="h4" mb="sm">
                    Why voicemails were not left
                  </Title>
                  {failures.length === 0 && <Text c="dimmed">None failed.</Text>}
                  <Table aria-label="Reasons">
                    <Table.Tbody>
                      {failures.map(f => (
                        <Table.Tr key={`${f.code} ${f.class ?? ''}`}>
                          <Table.Td>
                            {f.reason ?? 'no reason reported'}
                            <Text size="xs" c="dimmed">
                              {f.class ? plain(f.class) : ''} · the carrier’s code {f.code}
                            </Text>
                          </Table.Td>
                          <Table.Td ta="right">{count(f.count)}</Table.Td>
                          <Table.Td ta="right">{share(f.count, failed)}</Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                  <Title order={2} size="h4" my="sm">
                    Held or blocked by a rule
                  </Title>
                  {obstacles.length === 0 && <Text c="dimmed">None.</Text>}
                  <Table aria-label="Rules">
                    <Table.Tbody>
                      {obstacles.map(o => (
                        <Table.Tr key={`${o.rule} ${o.status}`}>
                          <Table.Td>{ruleName(o.rule)}</Table.Td>
                          <Table.Td>
                            <Sign of={deliveries[o.status]} />
                          </Table.Td>
                          <Table.Td ta="right">{count(o.count)}</Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </Paper>
              </Grid.Col>
            </Grid>
          </>
        );
      }}
    </Shown>
  );
}
