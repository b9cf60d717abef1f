// How far the loading of a list is, live: the reading of its file, then the building of the new version.
import { useEffect } from 'react';
import { useSubscription } from 'urql';
import { graphql } from '../graph/generated';
import type { SuppressionListWholeFragment } from '../graph/generated/graphql';
import { LongJob, usePaceSeen } from '../parts/LongJob';
import { listName } from './listKinds';

/** What the table shows of a list, and how far its loading is. */
export const listFields = graphql(`
  fragment SuppressionListWhole on SuppressionList {
    id
    kind
    state
    version
    age
    ageDays
    loading
    progress {
      percent
      lines
      isBuilding
    }
    loadError
    loaded
    added
    updatedAt
  }
`);

const liveDocument = graphql(`
  subscription ListLive($listId: ID!) {
    suppressionListProgress(listId: $listId) {
      ...SuppressionListWhole
    }
  }
`);

/** `ended` is called once this version is being loaded no longer, whether it is in force now or was refused. */
export function ListLoading({ list, ended }: { list: SuppressionListWholeFragment; ended: () => void }) {
  const [live] = useSubscription({ query: liveDocument, variables: { listId: list.id } });
  const told = live.data?.suppressionListProgress;
  const at = told ?? list;
  const isThrough = told !== undefined && told.loading !== list.loading;
  useEffect(() => {
    if (isThrough) ended();
  }, [isThrough, ended]);
  if (isThrough) return null;
  const { progress } = at;
  const name = `${listName(list)}, ${list.loading}`;
  if (!progress) return <LongJob title={`${name}: waits for a worker`} unit="lines" done={0} />;
  return <UnderWay name={name} progress={progress} />;
}

type Progress = NonNullable<SuppressionListWholeFragment['progress']>;

function UnderWay({ name, progress }: { name: string; progress: Progress }) {
  const { lines, isBuilding } = progress;
  const fraction = progress.percent / 100;
  const { perSecond, secondsLeft } = usePaceSeen(lines, fraction);
  return (
    <LongJob
      title={`${name}: ${isBuilding ? 'the new version is built' : 'the file is read'}`}
      unit="lines"
      done={lines}
      fraction={fraction}
      // All lines are read by the time it is built.
      perSecond={isBuilding ? null : perSecond}
      secondsLeft={secondsLeft}
    />
  );
}
