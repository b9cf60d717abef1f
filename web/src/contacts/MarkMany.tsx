// What can be done to many contacts at once.
import { Button, Group, Paper, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { showRefusal } from '../graph/useChange';
import type { ManyUnderWay } from '../graph/useManyChanges';
import { useManyChanges } from '../graph/useManyChanges';
import { LongJob, usePace } from '../parts/LongJob';
import { Sure } from '../parts/Sure';
import { count, counted } from '../parts/words';
import { RecordConsent } from './RecordConsent';
import { markDocument } from './documents';

interface Properties {
  ids: string[];
  /** Told which were marked; when it was stopped or refused, these are not all. */
  done: (marked: string[]) => void;
}

export function MarkMany({ ids, done }: Properties) {
  const marking = useManyChanges(markDocument);
  const mark = async (reason: string) => {
    const { changed, refusal } = await marking.run(ids.map(id => ({ id, reason })));
    if (refusal !== undefined) showRefusal(refusal);
    const isAll = changed.length === ids.length;
    if (isAll || refusal === undefined) {
      notifications.show({
        message: isAll
          ? `${counted(ids.length, 'contact')} marked “do not contact”.`
          : `Stopped: ${count(changed.length)} of ${counted(ids.length, 'contact')} marked “do not contact”.`,
        role: 'status',
      });
    }
    done(changed.map(({ id }) => String(id)));
  };
  return (
    <Paper withBorder p="sm" mb="sm" role="region" aria-label="Picked contacts">
      {marking.underWay ? (
        <Marking underWay={marking.underWay} stop={marking.stop} />
      ) : (
        <Group>
          <Text size="sm">{counted(ids.length, 'contact')} picked</Text>
          <RecordConsent ids={ids} />
          <Sure
            label="Do not contact"
            title="Never contact them again?"
            does={`Mark ${counted(ids.length, 'contact')}`}
            reason="Why"
            run={reason => {
              // Goes on where it can be watched and stopped.
              void mark(reason);
              return Promise.resolve(true);
            }}
          >
            No campaign sends to them from now on, also those that are under way. It can be lifted with a
            reason.
          </Sure>
        </Group>
      )}
    </Paper>
  );
}

function Marking({ underWay, stop }: { underWay: ManyUnderWay; stop: () => void }) {
  const { startedAt, done, total } = underWay;
  return (
    <LongJob
      title="Marking “do not contact”"
      unit="contacts"
      done={done}
      total={total}
      {...usePace(startedAt, done, total)}
    >
      <Group>
        <Button size="xs" variant="default" autoFocus onClick={stop}>
          Stop
        </Button>
        <Text size="sm">Those that are marked stay so. Leaving this screen stops it as well.</Text>
      </Group>
    </LongJob>
  );
}
