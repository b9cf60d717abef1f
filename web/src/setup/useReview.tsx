// Saying of scripts whether they may be sent, with five seconds in which it can be taken back.
import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import { reviewDocument, undoDocument } from '../campaign/scriptDocuments';
import type { Review, ScriptFilterInput } from '../graph/generated/graphql';
import { showRefusal, useChange } from '../graph/useChange';
import { counted } from '../parts/words';

const UNDO_MILLIS = 5000;
const SAID: Record<Review, string> = {
  APPROVED: 'approved',
  REJECTED: 'rejected',
  NEEDS_REVISION: 'sent back',
};

export interface Said {
  ids?: string[];
  filter?: ScriptFilterInput;
  review: Review;
  notes?: string;
}

export function useReview(campaignId: string) {
  /** Scripts of which something was said just now: no longer in the queue, whatever the list still shows. */
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<string>();
  const review = useChange(reviewDocument);
  const undo = useChange(undoDocument);
  const { run: runUndo } = undo;
  const { run: runReview } = review;
  const takeBack = useCallback(
    async (request: string, ids: string[]) => {
      notifications.hide(request);
      const done = await runUndo({ campaignId, request });
      setLast(undefined);
      if (done) setGone(now => new Set([...now].filter(id => !ids.includes(id))));
    },
    [runUndo, campaignId],
  );
  const say = useCallback(
    async ({ ids = [], filter, review: what, notes }: Said) => {
      setGone(now => new Set([...now, ...ids]));
      const done = await runReview({
        campaignId,
        scriptIds: ids.length > 0 ? ids : null,
        filter: filter ?? null,
        review: what,
        notes: notes ?? null,
      });
      const refused = done ? done.refused.map(r => r.scriptId) : ids;
      if (refused.length > 0) setGone(now => new Set([...now].filter(id => !refused.includes(id))));
      if (!done) return;
      const first = done.refused[0];
      if (first)
        showRefusal(`${counted(done.refusedCount, 'script')} not ${SAID[what]}: ${first.refusal.message}`);
      if (done.reviewed === 0) return;
      setLast(done.request);
      notifications.show({
        id: done.request,
        autoClose: UNDO_MILLIS,
        role: 'status',
        message: (
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm">
              {counted(done.reviewed, 'script')} {SAID[what]}
            </Text>
            <Button size="compact-sm" variant="default" onClick={() => void takeBack(done.request, ids)}>
              Undo (U)
            </Button>
          </Group>
        ),
        onClose: () => setLast(now => (now === done.request ? undefined : now)),
      });
    },
    [runReview, campaignId, takeBack],
  );
  const undoLast = useCallback(() => {
    if (last) void takeBack(last, [...gone]);
  }, [last, takeBack, gone]);
  return { gone, say, undoLast, busy: review.busy };
}
