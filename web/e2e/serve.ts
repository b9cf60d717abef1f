// Starts the server, which serves the built page, on a throw-away directory, signs the admin in, and stops it at the end; and servers that
// a story has to itself, because they are killed or their providers are in trouble.
import { chromium } from '@playwright/test';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const WAIT_MILLIS = 240_000;

/** Runs something and answers once it has printed what is awaited. */
export function running(
  command: string,
  args: string[],
  awaited: RegExp,
  env: NodeJS.ProcessEnv,
): Promise<[ChildProcess, string]> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`${command} did not start:\n${said.slice(-2000)}`)),
      WAIT_MILLIS,
    );
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000);
      const found = awaited.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve([child, found[1] ?? '']);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', code => reject(new Error(`${command} ended with ${code}:\n${said.slice(-2000)}`)));
  });
}

/** Stops what was started, by force if it does not stop by itself. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise(done => child.once('exit', done));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}

export interface OwnServer {
  /** What was awaited of its first words. */
  said: string;
  origin: string;
  /** Ends it at once, in the middle of whatever it does. */
  kill: () => Promise<void>;
  /** Starts it again as it was, on the same directory and port. */
  startAgain: () => Promise<void>;
  end: () => Promise<void>;
}

/** A server of a story's own, on a directory of its own. */
export async function ownServer(
  awaited: RegExp,
  more: { args?: string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<OwnServer> {
  const binary = process.env.VOICEDROP_BIN ?? '';
  const { args = [], env = {} } = more;
  const data = mkdtempSync(join(tmpdir(), 'voicedrop-own-'));
  const address = `127.0.0.1:${40_000 + Math.floor(Math.random() * 10_000)}`;
  const place = ['--data', data, '--database', `sqlite:${data}`, '--bind', address];
  let [child, said] = await running(binary, ['serve', ...args, ...place], awaited, env);
  return {
    said,
    origin: `http://${address}`,
    kill: async () => {
      const gone = new Promise(done => child.once('exit', done));
      child.kill('SIGKILL');
      await gone;
    },
    startAgain: async () => {
      [child, said] = await running(binary, ['serve', ...place], /voicedrop serves at (\S+)/, env);
    },
    end: async () => {
      await ended(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Seconds from now to an hour of a Wednesday at which people may be called from coast to coast, so that the stories end the same at night. */
function untilAllMayBeCalled(): number {
  const hour = new Date();
  hour.setUTCHours(20, 0, 0, 0);
  while (hour.getUTCDay() !== 3) hour.setUTCDate(hour.getUTCDate() + 1);
  return Math.round((hour.getTime() - Date.now()) / 1000);
}

export default async function serve(): Promise<() => Promise<void>> {
  const binary = process.env.VOICEDROP_BIN;
  if (!binary) throw new Error('VOICEDROP_BIN must name the server');
  const ahead = untilAllMayBeCalled();
  process.env.SERVER_AHEAD_SECONDS = String(ahead);
  const data = mkdtempSync(join(tmpdir(), 'voicedrop-page-'));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const server = `http://127.0.0.1:${port}`;
  const [api, link] = await running(
    binary,
    ['serve', '--demo', '--data', data, '--database', `sqlite:${data}`, '--bind', `127.0.0.1:${port}`],
    /\/sign-in\/([\w-]+)/,
    {
      VOICEDROP__SANDBOX__CLOCK_OFFSET_SECONDS: String(ahead),
      // One at a time: a story must be able to catch the work in its middle.
      VOICEDROP__PROCESSES__SCRIPTS_AT_ONCE: '1',
      VOICEDROP__PROCESSES__AUDIOS_AT_ONCE: '1',
    },
  );
  const stop = async () => {
    await ended(api);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    process.env.PAGE_URL = server;
    process.env.SERVER_PID = String(api.pid);
    mkdirSync('test-results', { recursive: true });
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const context = await browser.newContext({ baseURL: process.env.PAGE_URL });
    const tab = await context.newPage();
    await tab.goto(`/sign-in/${link}`);
    await tab.getByRole('heading', { name: 'Campaigns' }).waitFor();
    writeFileSync('test-results/admin.json', JSON.stringify(await context.storageState()));
    await browser.close();
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
