// The recipients' week, hour by hour: the share that was left, or listened to, of what was handed over in that hour.
import { Group, Paper, SegmentedControl, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Hour, Measure } from './figures';
import { NOT_REPORTED, clock, likelyWords, percent, rateOf, rateWords } from './figures';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const WHOLE_DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export function WeekHeat({ hours }: { hours: Hour[] }) {
  const [measure, setMeasure] = useState<Measure>('delivery');
  const isReported = hours.some(hour => hour.results.listeningReported);
  const what = measure === 'delivery' ? 'left' : 'listened to';
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          By the recipient’s hour and weekday
        </Title>
        <SegmentedControl
          aria-label="What the hours show"
          size="xs"
          value={measure}
          onChange={value => setMeasure(value === 'listen' ? 'listen' : 'delivery')}
          data={[
            { value: 'delivery', label: 'Left' },
            { value: 'listen', label: 'Listened' },
          ]}
        />
      </Group>
      {measure === 'listen' && !isReported ? (
        <Text c="dimmed">Listening is {NOT_REPORTED} by the carrier.</Text>
      ) : hours.length === 0 ? (
        <Text c="dimmed">Nothing was handed over yet.</Text>
      ) : (
        <>
          <Week hours={hours} measure={measure} />
          <Text size="xs" c="dimmed" mt="xs">
            Share that was {what} of those {measure === 'delivery' ? 'handed over' : 'left'}, by the hour in
            which they were handed over, in the recipient’s own time. Pale hours rest on fewer than ten.
          </Text>
          <OneByOne hours={hours} measure={measure} />
        </>
      )}
    </Paper>
  );
}

/** Below so many a share is drawn pale: it says little. */
const FEW = 10;

function Week({ hours, measure }: { hours: Hour[]; measure: Measure }) {
  const at = new Map(hours.map(hour => [`${hour.weekday} ${hour.hour}`, hour]));
  const first = Math.min(...hours.map(h => h.hour));
  const last = Math.max(...hours.map(h => h.hour));
  const shown = Array.from({ length: last - first + 1 }, (_, n) => first + n);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reached by keyboard
    <div className="week-scroll" tabIndex={0} role="region" aria-label="Hours of the week">
      <table className="week" aria-label="Hours of the week">
        <thead>
          <tr>
            <td />
            {DAYS.map((day, n) => (
              <th key={day} scope="col" abbr={WHOLE_DAYS[n]}>
                {day}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(hour => (
            <tr key={hour}>
              <th scope="row">{clock(hour)}</th>
              {DAYS.map((day, n) => {
                const found = at.get(`${n + 1} ${hour}`);
                const rate = found && rateOf(found, measure);
                if (rate?.share == null) return <td key={day} />;
                // No deeper, so that the figure can be read on it, in the dark as well.
                const depth = Math.round((rate.whole < FEW ? 18 : 40) * rate.share) + 4;
                return (
                  <td
                    key={day}
                    title={`${WHOLE_DAYS[n]} ${clock(hour)}: ${rateWords(rate)}, ${likelyWords(rate)}`}
                    style={{
                      background: `color-mix(in srgb, var(--mantine-color-blue-5) ${depth}%, var(--mantine-color-body))`,
                    }}
                  >
                    {percent(rate.share)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The same in words, with what each share rests on, for those who point at nothing. */
function OneByOne({ hours, measure }: { hours: Hour[]; measure: Measure }) {
  const [isOpen, setOpen] = useState(false);
  const some = hours
    .flatMap(hour => {
      const rate = rateOf(hour, measure);
      return rate && rate.whole > 0 ? [{ ...hour, rate }] : [];
    })
    .sort((a, b) => a.weekday - b.weekday || a.hour - b.hour);
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>Each hour with its numbers</summary>
      {isOpen && (
        <Table aria-label="Each hour with its numbers" verticalSpacing={2}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Hour</Table.Th>
              <Table.Th ta="right">{measure === 'delivery' ? 'Left' : 'Listened'}</Table.Th>
              <Table.Th ta="right">Likely</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {some.map(({ weekday, hour, rate }) => (
              <Table.Tr key={`${weekday} ${hour}`}>
                <Table.Td>
                  {WHOLE_DAYS[weekday - 1]} {clock(hour)}
                </Table.Td>
                <Table.Td ta="right">{rateWords(rate)}</Table.Td>
                <Table.Td ta="right">{likelyWords(rate).replace(/^likely /, '')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </details>
  );
}
