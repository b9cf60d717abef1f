// A file that is made when it is asked for. Its link is asked for at each click, because it opens nothing after a while.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AnyVariables } from 'urql';
import { useClient } from 'urql';
import { saidOf, showRefusal } from '../graph/useChange';

interface Properties<D, V extends AnyVariables> {
  label: string;
  document: TypedDocumentNode<D, V>;
  variables: V;
  /** The link in the answer. */
  pick: (data: D) => string | null | undefined;
  variant?: string;
  size?: string;
}

export function FileButton<D, V extends AnyVariables>(properties: Properties<D, V>) {
  const { label, document, variables, pick, variant = 'default', size = 'sm' } = properties;
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const fetchIt = async () => {
    setBusy(true);
    const result = await client.query(document, variables, { requestPolicy: 'network-only' }).toPromise();
    setBusy(false);
    const url = result.data ? pick(result.data) : undefined;
    if (!url) {
      showRefusal(result.error ? saidOf(result.error) : 'There is nothing to download here.');
      return;
    }
    const link = window.document.createElement('a');
    link.href = url;
    // The server names the file.
    link.download = '';
    link.click();
  };
  return (
    <Button variant={variant} size={size} loading={busy} onClick={() => void fetchIt()}>
      {label}
    </Button>
  );
}
