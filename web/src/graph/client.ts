// The one GraphQL client: requests by HTTP, live views over a WebSocket that connects again by itself.
import { createClient as createSocket } from 'graphql-ws';
import type { Client, SubscriptionOperation } from 'urql';
import { createClient, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import { noteReached } from './connection';
import { readAfterWrite } from './ReadAfterWrite';
import { intentHeaders, noteSessionEnded } from './session';

const liveAddress = () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql/ws`;

/** Makes the client of a signed-in person. */
export function makeClient(): Client {
  const socket = createSocket({
    url: liveAddress(),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: async tries => {
      const wait = Math.min(500 * 2 ** tries, 8000);
      await new Promise(done => setTimeout(done, wait));
    },
    keepAlive: 15_000,
    on: {
      connected: () => noteReached(true),
      closed: event => {
        // 1000: nothing is followed any more.
        if ((event as CloseEvent).code !== 1000) noteReached(false);
      },
    },
  });
  return createClient({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: () => ({ credentials: 'same-origin', headers: intentHeaders() }),
    exchanges: [
      mapExchange({
        onResult(result) {
          // The socket speaks for itself: what it still carries says nothing about the next request.
          if (result.operation.kind === 'subscription') return;
          if (result.error?.networkError && !result.error.response) noteReached(false);
          else noteReached(true);
        },
        onError(error) {
          const signedOut = error.graphQLErrors.some(e => e.extensions.code === 'UNAUTHENTICATED');
          const status = (error.response as Response | undefined)?.status;
          if (signedOut || status === 401) noteSessionEnded();
        },
      }),
      readAfterWrite,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request: SubscriptionOperation) => ({
          subscribe: sink => ({
            unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink),
          }),
        }),
      }),
    ],
  });
}
