// The frame around every screen: places on the left, the notices above, light or dark.
import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure, useReducedMotion } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Suspense, lazy, useState } from 'react';
import { Link, useLocation } from 'react-router';
import { intentHeaders } from '../graph/session';
import { Loading } from '../parts/States';
import { roles } from '../parts/words';
import { Failure } from './Failure';
import { Notices } from './Notices';
import { placesFor } from './places';
import { useViewer } from './viewer';

const Palette = lazy(() => import('./Palette').then(m => ({ default: m.Palette })));

async function openPalette(): Promise<void> {
  const { spotlight } = await import('@mantine/spotlight');
  spotlight.open();
}

function Scheme() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="default"
      size="lg"
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
      aria-label={dark ? 'Switch to light' : 'Switch to dark'}
    >
      <span aria-hidden>{dark ? '☀' : '☾'}</span>
    </ActionIcon>
  );
}

export function Shell({
  sandbox,
  left,
  children,
}: {
  sandbox: boolean;
  left: () => void;
  children: ReactNode;
}) {
  const viewer = useViewer();
  const { pathname } = useLocation();
  const [opened, { toggle, close }] = useDisclosure();
  const isStill = useReducedMotion();
  const [leaving, setLeaving] = useState(false);
  const signOut = async () => {
    setLeaving(true);
    await fetch('/sign-out', { method: 'POST', headers: intentHeaders() }).catch(() => undefined);
    left();
  };
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
      {...(isStill ? { transitionDuration: 0 } : {})}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap" gap="sm">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Places" />
            <Anchor component={Link} to="/agent/campaigns" fw={700} c="inherit" underline="never">
              voicedrop
            </Anchor>
            <Text size="sm" c="dimmed" visibleFrom="sm">
              {viewer.organization?.name}
            </Text>
          </Group>
          <Group wrap="nowrap" gap="xs">
            <Button variant="default" size="sm" onClick={() => void openPalette()} visibleFrom="xs">
              Search&ensp;<kbd>Ctrl K</kbd>
            </Button>
            <Scheme />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Places">
        <AppShell.Section grow>
          {placesFor(viewer).map(place => (
            <NavLink
              key={place.path}
              component={Link}
              to={place.path}
              label={place.name}
              active={pathname.startsWith(place.path)}
              variant="light"
              onClick={close}
            />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <Text size="sm" fw={600} truncate>
            {viewer.name ?? viewer.email}
          </Text>
          <Text size="xs" c="dimmed" mb="xs">
            {roles[viewer.role].label}
          </Text>
          <Button variant="default" size="xs" fullWidth loading={leaving} onClick={() => void signOut()}>
            Sign out
          </Button>
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <Notices sandbox={sandbox} viewer={viewer} />
        <Failure place={pathname}>
          <Suspense fallback={<Loading what="the screen" />}>{children}</Suspense>
        </Failure>
        <Suspense>
          <Palette />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}
