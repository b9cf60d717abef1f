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
import { useEffect, useState } from 'react';
import type { Whole } from '../campaign/useCampaign';
import type { Weekday } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useAutosave } from '../graph/useAutosave';
import { useChange } from '../graph/useChange';
import { SavedSign } from '../parts/SavedSign';
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

/** Most windows of a day that are offered here. */
const WINDOWS_MAX = 4;

/** An instant as the field for date and time takes it, in the viewer's time. */
function local(at: string | null | undefined): string {
  if (!at) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const instant = (text: string): string | null => (text ? new Date(text).toISOString() : null);

interface Given {
  start: string;
  end: string;
  windows: { start: string; end: string }[];
  days: string[];
  perMinute: number | string;
  perDay: number | string;
}

const given = ({ schedule }: Whole): Given => ({
  start: local(schedule.start),
  end: local(schedule.end),
  windows: schedule.windows.map(({ start, end }) => ({ start, end })),
  days: schedule.days,
  perMinute: schedule.perMinute ?? '',
  perDay: schedule.perDay ?? '',
});

const NO_WINDOW = { start: '', end: '' };

interface Properties {
  campaign: Whole;
  /** Told whether what stands in the form is what is saved. */
  told?: (isSaved: boolean) => void;
}

export function ScheduleForm({ campaign, told }: Properties) {
  const { id, status } = campaign;
  const settings = useAsk(callerIdsDocument, {});
  const [now, setNow] = useState(() => given(campaign));
  const { saved, put } = useAutosave(scheduleDocument);
  const number = useChange(callerIdDocument);
  const isOpen = !['COMPLETED', 'CANCELLED', 'FAILED', 'SUBMITTED', 'ACTIVE'].includes(status);
  const callerIds = settings.data?.organization?.callerIds ?? [];
  const isHalf = now.windows.some(window => !window.start !== !window.end);
  const isSaved = saved === 'saved' && !isHalf;
  useEffect(() => told?.(isSaved), [told, isSaved]);
  const set = (some: Partial<Given>) => {
    const then = { ...now, ...some };
    setNow(then);
    if (then.windows.some(window => !window.start !== !window.end)) return;
    put({
      id,
      schedule: {
        start: instant(then.start),
        end: instant(then.end),
        windows: then.windows.filter(window => window.start && window.end),
        days: then.days as Weekday[],
        perMinute: then.perMinute === '' ? null : Number(then.perMinute),
        perDay: then.perDay === '' ? null : Number(then.perDay),
      },
    });
  };
  const windows = now.windows.length > 0 ? now.windows : [NO_WINDOW];
  const setWindow = (at: number, some: Partial<typeof NO_WINDOW>) =>
    set({ windows: windows.map((window, n) => (n === at ? { ...window, ...some } : window)) });
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
            value={now.start}
            onChange={e => set({ start: e.currentTarget.value })}
          />
          <TextInput
            label="Ends"
            description="What is held then lapses"
            type="datetime-local"
            disabled={!isOpen}
            value={now.end}
            onChange={e => set({ end: e.currentTarget.value })}
          />
        </Group>
        {windows.map((window, n) => (
          <Group key={n} grow align="flex-start">
            <TextInput
              label={n === 0 ? 'From' : `From, window ${n + 1}`}
              description="The recipient’s time"
              type="time"
              disabled={!isOpen}
              value={window.start}
              onChange={e => setWindow(n, { start: e.currentTarget.value })}
            />
            <TextInput
              label={n === 0 ? 'Until' : `Until, window ${n + 1}`}
              description="The law’s hours hold anyway"
              type="time"
              disabled={!isOpen}
              value={window.end}
              error={!window.start === !window.end ? undefined : 'Both, or neither'}
              onChange={e => setWindow(n, { end: e.currentTarget.value })}
            />
          </Group>
        ))}
        {isOpen && (
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="default"
              disabled={isHalf || windows.length >= WINDOWS_MAX || !windows[0]?.start}
              onClick={() => setNow({ ...now, windows: [...windows, NO_WINDOW] })}
            >
              One more window
            </Button>
            {windows.length > 1 && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => set({ windows: windows.slice(0, -1) })}
              >
                Remove the last window
              </Button>
            )}
          </Group>
        )}
        <div>
          <Text size="sm" fw={500} mb={4} id="days">
            Days; none chosen means every day that the law allows
          </Text>
          <Chip.Group multiple value={now.days} onChange={days => set({ days })}>
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
            value={now.perMinute}
            onChange={perMinute => set({ perMinute })}
          />
          <NumberInput
            label="Most in 24 hours"
            min={1}
            disabled={!isOpen}
            value={now.perDay}
            onChange={perDay => set({ perDay })}
          />
        </Group>
        {isOpen && <SavedSign saved={isHalf ? { problem: 'a window needs both of its times' } : saved} />}
      </Stack>
    </Paper>
  );
}
