// What happened day by day, and the rate of each hour of the day. The charts are drawn; what they say stands in their labels.
import { BarChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Paper, Text, Title } from '@mantine/core';
import type { Day, Hour, Measure } from './figures';
import { NOT_REPORTED, byHourOfDay, clock, percent } from './figures';

const LEFT = { name: 'Left', color: 'blue.7' };
const LISTENED = { name: 'Listened', color: 'teal.7' };
const FAILED = { name: 'Not left', color: 'red.7' };

export function DayChart({ days, isReported, title }: { days: Day[]; isReported: boolean; title: string }) {
  const said = (d: Day) =>
    `${d.day}: ${d.delivered} left, ${isReported ? `${d.listened} listened, ` : ''}${d.failed} not left`;
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {days.length === 0 ? (
        <Text c="dimmed">Nothing happened on these days.</Text>
      ) : (
        <div role="img" aria-label={`Voicemails by day. ${days.map(said).join('. ')}`}>
          <BarChart
            h={240}
            dataKey="day"
            series={isReported ? [LEFT, LISTENED, FAILED] : [LEFT, FAILED]}
            withLegend
            data={days.map(d => ({
              day: d.day,
              Left: d.delivered,
              Listened: d.listened,
              'Not left': d.failed,
            }))}
          />
        </div>
      )}
    </Paper>
  );
}

export function HourChart({ hours, isReported }: { hours: Hour[]; isReported: boolean }) {
  const measure: Measure = isReported ? 'listen' : 'delivery';
  const name = isReported ? 'Listen rate' : 'Delivery rate';
  const rates = byHourOfDay(hours, measure);
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {name} by the recipient’s hour
      </Title>
      {!isReported && (
        <Text size="sm" c="dimmed" mb="xs">
          Listening is {NOT_REPORTED} by the carrier.
        </Text>
      )}
      {rates.length === 0 ? (
        <Text c="dimmed">Nothing was left yet.</Text>
      ) : (
        <div
          role="img"
          aria-label={`${name} by hour. ${rates.map(r => `${clock(r.hour)}: ${percent(r.share)} of ${r.whole}`).join('. ')}`}
        >
          <BarChart
            h={240}
            dataKey="hour"
            unit=" %"
            yAxisProps={{ domain: [0, 100] }}
            series={[{ name, color: isReported ? 'teal.7' : 'blue.7' }]}
            data={rates.map(r => ({ hour: clock(r.hour), [name]: Math.round(100 * r.share) }))}
          />
        </div>
      )}
    </Paper>
  );
}
