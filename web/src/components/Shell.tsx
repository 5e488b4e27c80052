import { ActionIcon, Burger, Drawer, Text, Tooltip, VisuallyHidden, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconApi,
  IconBriefcase,
  IconChartBar,
  IconCpu,
  IconDeviceDesktop,
  IconKey,
  IconLayoutDashboard,
  IconListDetails,
  IconLogout,
  IconMoon,
  IconPhone,
  IconRobot,
  IconSun,
  IconWebhook,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { changeSession, signOut } from '../api/session';
import { useAct } from './act';
import { Logo } from './Logo';
import { useSession } from './session';
import classes from './Shell.module.css';

const PLACES = [
  { to: '/', name: 'Overview', icon: IconLayoutDashboard },
  { to: '/agents', name: 'Agents', icon: IconRobot },
  { to: '/post-call-metrics', name: 'Post Call Metrics', icon: IconListDetails },
  { to: '/dashboard', name: 'Metrics dashboard', icon: IconChartBar },
  { to: '/calls', name: 'Call logs', icon: IconPhone },
  { to: '/webhooks', name: 'Webhooks', icon: IconWebhook },
  { to: '/models', name: 'Models', icon: IconCpu },
  { to: '/jobs', name: 'Jobs', icon: IconBriefcase },
  { to: '/keys', name: 'Keys', icon: IconKey, admin: true },
];

/** The frame around every page. Mantine's own would write style elements, which the policy forbids. */
export function Shell() {
  const [open, menu] = useDisclosure(false);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    menu.close();
    // Whoever hears the page is told that it is another one.
    main.current?.focus({ preventScroll: true });
  }, [path, menu]);
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the content
      </a>
      <div className={classes.bar}>
        <Burger opened={open} onClick={menu.toggle} size="sm" aria-label="Menu" />
        <Logo />
      </div>
      <Drawer opened={open} onClose={menu.close} size={264} title={<Logo />}>
        <Places path={path} />
      </Drawer>
      <div className={classes.side}>
        <div className={classes.logo}>
          <Logo />
        </div>
        <Places path={path} />
      </div>
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
    </div>
  );
}

function Places({ path }: { path: string }) {
  const session = useSession();
  const here = (to: string) => {
    const editor = /^\/agents\/[^/]+\/metrics/.test(path);
    if (to === '/post-call-metrics') return editor;
    return to === '/' ? path === '/' : !editor && (path === to || path.startsWith(`${to}/`));
  };
  return (
    <div className={classes.places}>
      <nav aria-label="Main" className={classes.nav}>
        {PLACES.filter((place) => !place.admin || session.canAdminister).map(({ to, name, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            className={classes.place}
            activeOptions={{ exact: true, includeSearch: false }}
            aria-current={here(to) ? 'page' : undefined}
          >
            <Icon size={18} stroke={1.7} aria-hidden="true" />
            {name}
          </Link>
        ))}
        <a href="/v1/docs" className={classes.place}>
          <IconApi size={18} stroke={1.7} aria-hidden="true" />
          Help
        </a>
      </nav>
      <div className={classes.who}>
        <div className={classes.name}>
          <Text size="sm" truncate>
            {session.name}
          </Text>
          <Text size="xs" c="dimmed">
            {session.role}
          </Text>
        </div>
        <SchemeButton />
        <SignOutButton />
      </div>
    </div>
  );
}

const SCHEMES = {
  auto: { next: 'light', name: 'as the system', icon: IconDeviceDesktop },
  light: { next: 'dark', name: 'light', icon: IconSun },
  dark: { next: 'auto', name: 'dark', icon: IconMoon },
} as const;

function SchemeButton() {
  // Without transitions kept, Mantine writes a style element for a moment.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const { next, name, icon: Icon } = SCHEMES[colorScheme];
  return (
    <Tooltip label={`Colours: ${name}. Change to ${SCHEMES[next].name}`}>
      <ActionIcon onClick={() => setColorScheme(next)} aria-label={`Colours: ${name}`}>
        <Icon size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}

function SignOutButton() {
  const client = useQueryClient();
  const leave = useAct(signOut, {
    then: () => changeSession(client, null),
  });
  return (
    <Tooltip label="Sign out">
      <ActionIcon onClick={() => leave.mutate(undefined)} loading={leave.isPending}>
        <IconLogout size={18} stroke={1.7} />
        <VisuallyHidden>Sign out</VisuallyHidden>
      </ActionIcon>
    </Tooltip>
  );
}
