// What every browser test has: a browser, the server, keys, and a place for pictures.
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const URL = needed('AFTERCALL_URL');
export const KEY = needed('AFTERCALL_KEY');
/** Where a webhook is taken. */
export const RECEIVER = needed('AFTERCALL_RECEIVER');
/** An analysis by a small model on a busy machine. */
export const PATIENCE = 240_000;

const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
const pictures = process.env.AFTERCALL_SCREENSHOTS ?? path.join(cache, 'aftercall', 'screenshots');

export const VARIANTS = [
  { name: 'desktop-light', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { name: 'desktop-dark', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
];

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: tests/run browser sets it`);
  return value;
}

export function launch() {
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('no chromium: on Debian `apt install chromium` brings it; or say where it is with CHROMIUM');
  // Within a container that runs as root there is no sandbox to be had.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** A window of a variant. Whatever the page complains of, such as a broken content security policy, is kept in `complaints`. */
export async function open(browser, { name, viewport, colorScheme }) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser reports every answer that is no success; the page says so itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  return { context, page, complaints, phone: viewport.width < 700, name };
}

let shots = 0;

/** A picture for people to look at. */
export async function picture(window, name) {
  const folder = path.join(pictures, window.name);
  mkdirSync(folder, { recursive: true });
  shots += 1;
  await window.page.screenshot({ path: path.join(folder, `${String(shots).padStart(3, '0')}-${name}.png`) });
}

/** The API, with a key. */
export async function api(method, route, body, key = KEY) {
  const response = await fetch(URL + route, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

export async function key(name, role) {
  return (await api('POST', '/v1/keys', { name, role })).secret;
}

export async function signIn(page, secret) {
  await page.goto(URL);
  await page.getByLabel('API key').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

/** Goes to a page by the menu, as one does. */
export async function go({ page, phone }, name) {
  if (phone) await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
}
