// Changes something: says a refusal in the server's own words and has every list on the screen read again.
import { notifications } from '@mantine/notifications';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useState } from 'react';
import type { AnyVariables, CombinedError, OperationResult } from 'urql';
import { useClient } from 'urql';
import { noteChange } from './changes';

export interface Answer {
  __typename?: string;
}
interface Refused {
  __typename: 'Refusal';
  message: string;
}

/** What is said of a request that failed. */
export function saidOf(error: CombinedError): string {
  if (error.networkError && !error.response) {
    return 'The server cannot be reached. What you see may be old; try again when the connection is back.';
  }
  const said = error.graphQLErrors.map(e => e.message).join(' ');
  return said || 'The server did not answer as expected. Try again in a moment.';
}

/** Shows why something was not done. */
export function showRefusal(message: string): void {
  notifications.show({ color: 'red', title: 'Not done', message, autoClose: 12_000, role: 'alert' });
}

/** Why a change was not done, in words; nothing when it was. */
export function refusalOf<D extends { it: Answer }>(
  result: Pick<OperationResult<D>, 'data' | 'error'>,
): string | undefined {
  if (result.error) return saidOf(result.error);
  const answer = result.data?.it;
  return answer?.__typename === 'Refusal' ? (answer as unknown as Refused).message : undefined;
}

/** The documents name their one field `it`. Answers what was done, or nothing when it was refused. */
export function useChange<D extends { it: Answer }, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
): {
  run: (variables: V) => Promise<Exclude<D['it'], { __typename: 'Refusal' }> | undefined>;
  busy: boolean;
} {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (variables: V) => {
      setBusy(true);
      const result = await client.mutation(document, variables).toPromise();
      setBusy(false);
      const refusal = refusalOf(result);
      if (refusal !== undefined) showRefusal(refusal);
      const answer = result.data?.it;
      if (refusal !== undefined || !answer) return undefined;
      noteChange();
      return answer as Exclude<D['it'], { __typename: 'Refusal' }>;
    },
    [client, document],
  );
  return { run, busy };
}
