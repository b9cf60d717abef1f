// What stands above every screen while it is true: the sandbox, a halt, a lost connection.
import { Alert, Stack } from '@mantine/core';
import { useConnectionLost } from '../graph/connection';
import type { Viewer } from './viewer';

export function Notices({ sandbox, viewer }: { sandbox: boolean; viewer: Viewer }) {
  const lost = useConnectionLost();
  const halts = viewer.organization?.halts ?? [];
  return (
    <Stack gap="xs" mb="md">
      {lost && (
        <Alert color="red" variant="light" role="alert" title="The connection is lost">
          Trying again by itself. What runs on the server goes on; what you see here may be old.
        </Alert>
      )}
      {sandbox && (
        <Alert color="yellow" variant="light" p="xs" role="note">
          Sandbox: the providers are made up, nothing leaves this machine and nobody is called.
        </Alert>
      )}
      {halts.map(halt => (
        <Alert key={halt.by} color="red" variant="light" p="xs" role="note">
          All sending is halted {halt.by === 'OPERATOR' ? 'by the operator' : 'by your organization'}:{' '}
          {halt.reason}
        </Alert>
      ))}
    </Stack>
  );
}
