// The last days against as many days before, and whether the difference is more than chance.
import { Group, Paper, SegmentedControl, Table, Text, Title } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { DayChart } from '../analytics/DayChart';
import { DifferenceText, RateText } from '../analytics/RateText';
import { NOT_REPORTED, listenRateOf } from '../analytics/figures';
import { graphql } from '../graph/generated';
import type { ResultTrendQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { Shown } from '../parts/States';
import { count, dayName } from '../parts/words';

const document = graphql(`
  query ResultTrend($days: Int!, $minPosition: Position) {
    trend(days: $days, minPosition: $minPosition) {
      from
      until
      days {
        ...DayFiguresWhole
      }
      period {
        ...ResultsWhole
      }
      before {
        ...ResultsWhole
      }
      deliveryChange {
        ...DifferenceWhole
      }
      listenChange {
        ...DifferenceWhole
      }
    }
  }
`);

const SPANS = ['7', '30', '90', '183'];

export function TrendOf({ tick }: { tick: string | undefined }) {
  const [address, setAddress] = useSearchParams();
  const days = SPANS.find(span => span === address.get('days')) ?? '30';
  const asked = useAsk(document, { days: Number(days) }, { tick });
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          The last {days} days against the {days} before
        </Title>
        <SegmentedControl
          aria-label="How many days"
          size="xs"
          value={days}
          onChange={value =>
            setAddress(
              now => {
                now.set('days', value);
                return now;
              },
              { replace: true },
            )
          }
          data={SPANS.map(value => ({ value, label: `${value} days` }))}
        />
      </Group>
      <Shown asked={asked} what="the trend">
        {({ trend }) => (
          <>
            <Text size="sm" c="dimmed" mb="xs">
              {dayName(trend.from)} to {dayName(trend.until)}, by the day on which they were handed over; of
              the last ones not everything is known yet
            </Text>
            <Against trend={trend} />
            <DayChart
              title="Day by day"
              days={trend.days.filter(d => d.day >= trend.from)}
              isReported={trend.period.listeningReported}
            />
          </>
        )}
      </Shown>
    </Paper>
  );
}

function Against({
  trend: { period, before, deliveryChange, listenChange },
}: {
  trend: ResultTrendQuery['trend'];
}) {
  return (
    <Table.ScrollContainer minWidth={520} mb="sm" scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label="The period against the one before">
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            <Table.Th>These days</Table.Th>
            <Table.Th>The days before</Table.Th>
            <Table.Th>Change</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            <Table.Th scope="row">Handed over</Table.Th>
            <Table.Td>{count(period.attempted)}</Table.Td>
            <Table.Td>{count(before.attempted)}</Table.Td>
            <Table.Td className="figures">
              {period.attempted >= before.attempted ? '+' : '−'}
              {count(Math.abs(period.attempted - before.attempted))}
            </Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Th scope="row">Left</Table.Th>
            <Table.Td>
              <RateText rate={period.deliveryRate} />
            </Table.Td>
            <Table.Td>
              <RateText rate={before.deliveryRate} />
            </Table.Td>
            <Table.Td>
              <DifferenceText difference={deliveryChange} />
            </Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Th scope="row">Listened</Table.Th>
            <Table.Td>
              <RateText rate={listenRateOf(period)} />
            </Table.Td>
            <Table.Td>
              <RateText rate={listenRateOf(before)} />
            </Table.Td>
            <Table.Td>
              {listenRateOf(period) && listenRateOf(before) ? (
                <DifferenceText difference={listenChange} />
              ) : (
                NOT_REPORTED
              )}
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
