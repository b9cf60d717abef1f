// Many scripts at once: tick and approve, or approve all that the queue leaves once some were read.
import { Button, Checkbox, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ScriptFilterInput, ScriptWholeFragment } from '../graph/generated/graphql';
import { Sign } from '../parts/Signs';
import { Sure } from '../parts/Sure';
import { counted, reviews } from '../parts/words';
import type { useReview } from './useReview';

interface Properties {
  scripts: ScriptWholeFragment[];
  hasMore: boolean;
  more: () => void;
  filter: ScriptFilterInput;
  /** How many the queue holds, where that is known. */
  total: number | undefined;
  review: ReturnType<typeof useReview>;
}

/** How many must have been opened before all can be approved. */
const SAMPLES = 3;

export function BulkReview({ scripts, hasMore, more, filter, total, review }: Properties) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  // What was read stays read, also when it is closed again.
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const flip = (set: ReadonlySet<string>, id: string) => {
    const then = new Set(set);
    if (!then.delete(id)) then.add(id);
    return then;
  };
  const samples = Math.min(SAMPLES, scripts.length);
  const all = total ?? scripts.length;
  const allWords = `${total === undefined && hasMore ? 'more than ' : ''}${counted(all, 'script')}`;
  const here = scripts.filter(s => picked.has(s.id)).map(s => s.id);
  const say = (what: 'APPROVED' | 'NEEDS_REVISION') => {
    void review.say({ ids: here, review: what });
    setPicked(new Set());
  };
  return (
    <Stack>
      <Group>
        <Checkbox
          label="All shown"
          checked={here.length === scripts.length}
          indeterminate={here.length > 0 && here.length < scripts.length}
          onChange={event =>
            setPicked(event.currentTarget.checked ? new Set(scripts.map(s => s.id)) : new Set())
          }
        />
        <Button color="green" disabled={here.length === 0} onClick={() => say('APPROVED')}>
          Approve {counted(here.length, 'script')}
        </Button>
        <Button variant="default" disabled={here.length === 0} onClick={() => say('NEEDS_REVISION')}>
          Send back
        </Button>
        <Sure
          label={`Approve the whole queue: ${allWords}`}
          disabled={read.size < samples}
          title="Approve all of this queue?"
          does={`Approve all: ${allWords}`}
          color="green"
          run={async () => {
            await review.say({ filter, review: 'APPROVED' });
            return true;
          }}
        >
          Every script of the queue is approved, also those that are not shown here. What the check stops is
          not approved. You have five seconds to take it back.
        </Sure>
        {read.size < samples && (
          <Text size="sm" c="dimmed">
            Open {counted(samples - read.size, 'more script', 'more scripts')} to approve the whole queue.
          </Text>
        )}
      </Group>
      {scripts.map(script => (
        <Paper key={script.id} withBorder p="sm">
          <Group wrap="nowrap" align="flex-start">
            <Checkbox
              mt={4}
              aria-label={`Pick the script for ${script.contact?.name ?? 'the contact'}`}
              checked={picked.has(script.id)}
              onChange={() => setPicked(now => flip(now, script.id))}
            />
            <div style={{ flex: 1, minWidth: 0 }}>
              <Group gap="xs">
                <Text fw={600}>{script.contact?.name ?? 'Unknown'}</Text>
                <Sign of={reviews[script.review]} />
                {script.lint && !script.lint.passed && (
                  <Sign of={{ label: 'Stopped by the check', color: 'red' }} />
                )}
              </Group>
              <Text size="sm" className="words" lineClamp={opened.has(script.id) ? undefined : 2}>
                {script.text}
              </Text>
              {opened.has(script.id) &&
                script.lint?.findings.map((f, n) => (
                  <Text key={n} size="sm" c="dimmed">
                    {f.advice}
                  </Text>
                ))}
            </div>
            <Button
              size="compact-sm"
              variant="default"
              aria-expanded={opened.has(script.id)}
              aria-label={`Read the script for ${script.contact?.name ?? 'the contact'}`}
              onClick={() => {
                setOpened(now => flip(now, script.id));
                setRead(now => new Set(now).add(script.id));
              }}
            >
              {opened.has(script.id) ? 'Close' : 'Read'}
            </Button>
          </Group>
        </Paper>
      ))}
      {hasMore && (
        <Button variant="default" onClick={more}>
          Show more
        </Button>
      )}
    </Stack>
  );
}
