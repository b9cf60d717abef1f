// When a campaign may send, and the number that recipients see. Windows are in the recipient's own time.
import {
  Alert,
  Button,
  Chip,
  Group,
  NumberInput,
  Paper,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import type { Whole } from '../campaign/useCampaign';
import type { Weekday } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { phone } from '../parts/words';
import { callerIdDocument, callerIdsDocument, scheduleDocument } from './documents';

const DAYS: [Weekday, string][] = [
  ['MON', 'Mon'],
  ['TUE', 'Tue'],
  ['WED', 'Wed'],
  ['THU', 'Thu'],
  ['FRI', 'Fri'],
  ['SAT', 'Sat'],
  ['SUN', 'Sun'],
];

/** An instant as the field for date and time takes it, in the viewer's time. */
function local(at: string | null | undefined): string {
  if (!at) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const instant = (text: string): string | null => (text ? new Date(text).toISOString() : null);

export function ScheduleForm({ campaign }: { campaign: Whole }) {
  const { id, schedule, status } = campaign;
  const settings = useAsk(callerIdsDocument, {});
  const [start, setStart] = useState(local(schedule.start));
  const [end, setEnd] = useState(local(schedule.end));
  const first = schedule.windows[0];
  const [from, setFrom] = useState(first?.start ?? '');
  const [until, setUntil] = useState(first?.end ?? '');
  const [days, setDays] = useState<string[]>(schedule.days);
  const [perMinute, setPerMinute] = useState<number | string>(schedule.perMinute ?? '');
  const [perDay, setPerDay] = useState<number | string>(schedule.perDay ?? '');
  const save = useChange(scheduleDocument);
  const number = useChange(callerIdDocument);
  const isOpen = !['COMPLETED', 'CANCELLED', 'FAILED', 'SUBMITTED', 'ACTIVE'].includes(status);
  const callerIds = settings.data?.organization?.callerIds ?? [];
  const submit = () =>
    save.run({
      id,
      schedule: {
        start: instant(start),
        end: instant(end),
        windows: from && until ? [{ start: from, end: until }] : [],
        days: days as Weekday[],
        perMinute: perMinute === '' ? null : Number(perMinute),
        perDay: perDay === '' ? null : Number(perDay),
      },
    });
  return (
    <Paper withBorder p="md" id="number">
      <Stack>
        <Title order={2} size="h4">
          Number and schedule
        </Title>
        {settings.data && callerIds.length === 0 && (
          <Alert color="orange" variant="light">
            No number is allowed to be shown. An admin adds one under Settings, Caller ids.
          </Alert>
        )}
        <Select
          label="Number that recipients see"
          placeholder="Choose one"
          allowDeselect={false}
          disabled={!isOpen || number.busy}
          data={callerIds.map(c => ({ value: c.number, label: `${phone(c.number)}, ${c.label}` }))}
          value={campaign.callerId ?? null}
          onChange={value => value && void number.run({ id, number: value })}
        />
        <Group grow align="flex-start">
          <TextInput
            label="Starts"
            description="Your time; empty: at once"
            type="datetime-local"
            disabled={!isOpen}
            value={start}
            onChange={e => setStart(e.currentTarget.value)}
          />
          <TextInput
            label="Ends"
            description="What is held then lapses"
            type="datetime-local"
            disabled={!isOpen}
            value={end}
            onChange={e => setEnd(e.currentTarget.value)}
          />
        </Group>
        <Group grow align="flex-start">
          <TextInput
            label="From"
            description="The recipient’s time"
            type="time"
            disabled={!isOpen}
            value={from}
            onChange={e => setFrom(e.currentTarget.value)}
          />
          <TextInput
            label="Until"
            description="The law’s hours hold anyway"
            type="time"
            disabled={!isOpen}
            value={until}
            onChange={e => setUntil(e.currentTarget.value)}
          />
        </Group>
        <div>
          <Text size="sm" fw={500} mb={4} id="days">
            Days; none chosen means every day that the law allows
          </Text>
          <Chip.Group multiple value={days} onChange={setDays}>
            <Group gap={6} role="group" aria-labelledby="days">
              {DAYS.map(([day, label]) => (
                <Chip key={day} value={day} size="xs" disabled={!isOpen} variant="outline">
                  {label}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </div>
        <Group grow align="flex-start">
          <NumberInput
            label="Most a minute"
            min={1}
            disabled={!isOpen}
            value={perMinute}
            onChange={setPerMinute}
          />
          <NumberInput
            label="Most in 24 hours"
            min={1}
            disabled={!isOpen}
            value={perDay}
            onChange={setPerDay}
          />
        </Group>
        {isOpen && (
          <Group>
            <Button variant="default" loading={save.busy} onClick={() => void submit()}>
              Save the schedule
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}
