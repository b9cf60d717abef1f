// Who is told when a campaign has ended, by mail and by webhook, and what came of it. What is not one's own wish is for admins.
import { Stack } from '@mantine/core';
import { useViewer } from '../shell/viewer';
import { DigestMail } from './DigestMail';
import { NotificationLog } from './NotificationLog';
import { WebhookEndpoints } from './WebhookEndpoints';

export function Notifications() {
  const { mayAdminister } = useViewer();
  return (
    <Stack>
      <DigestMail />
      {mayAdminister && <WebhookEndpoints />}
      {mayAdminister && <NotificationLog />}
    </Stack>
  );
}
