// A new secret of an endpoint on the screen: asked for, shown once, and how long the one before it signs.
import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { when } from '../parts/words';
import { drawn } from '../testing';
import { WebhookEndpoints } from './WebhookEndpoints';

afterEach(cleanup);

const until = '2026-11-19T19:00:00Z';

test('a new secret is shown once, with how long the one before it signs', async () => {
  let rotated = false;
  const { asked } = drawn(<WebhookEndpoints />, {
    WebhookEndpoints: () => ({
      webhookEndpoints: [
        {
          id: 'webhook-endpoint:1',
          origin: 'https://crm.example.com',
          earlierSecretsUntil: rotated ? until : null,
        },
      ],
    }),
    RotateWebhookSecret: () => {
      rotated = true;
      return {
        it: {
          __typename: 'WebhookSecretRotated',
          secret: 'whsec_bmV3',
          earlierSecretsUntil: until,
          position: '7',
        },
      };
    },
  });
  fireEvent.click(await screen.findByRole('button', { name: 'New secret for https://crm.example.com' }));
  fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Make it' }));
  expect(await screen.findByText('whsec_bmV3')).toBeTruthy();
  expect(asked).toContainEqual(['RotateWebhookSecret', { id: 'webhook-endpoint:1' }]);
  expect(await screen.findByText(`The secret before also signs until ${when(until)}`)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'I have it' }));
  expect(screen.queryByText('whsec_bmV3')).toBeNull();
});
