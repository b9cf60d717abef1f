// How far scripts are that a provider writes by the batch: what it has taken, and what it says it is through with.
import { Text } from '@mantine/core';
import type { CampaignWholeFragment } from '../graph/generated/graphql';
import { count, counted } from '../parts/words';

type Progress = NonNullable<CampaignWholeFragment['scriptBatches']>;

export function ScriptBatches({ batches, requests, submitted, processed }: Progress) {
  return (
    <Text size="sm" className="figures">
      {counted(requests, 'script')} in {counted(batches, 'open batch', 'open batches')}: {count(submitted)}{' '}
      with the provider, which says it is through with {count(processed)}. They come back within a day; some
      providers say only at the end how far they are.
    </Text>
  );
}
