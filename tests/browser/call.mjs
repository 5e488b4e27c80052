// A call of a customer, sent as a voice platform sends it.
import { execFileSync } from 'node:child_process';
import { URL } from './world.mjs';

export const TRANSCRIPT = [
  ['agent', 'Brindlewick Energy, this is the virtual assistant. How can I help?'],
  ['user', 'The heating is broken. I need a technician.'],
  ['agent', 'I am sorry to hear that. A technician can come on Friday at three in the afternoon.'],
  ['user', 'Friday at three is fine. Thank you, you were very kind.'],
  ['agent', 'It is booked. Goodbye.'],
];

export const TEXT = TRANSCRIPT.map(([role, content]) => `${role}: ${content}`).join('\n');

/** By `curl`, with a key that may do nothing else. */
export function send(agentId, callId, key) {
  const body = {
    callId,
    agentId,
    type: 'telephony_inbound',
    status: 'completed',
    startedAt: new Date(Date.now() - 120_000).toISOString(),
    endedAt: new Date(Date.now() - 60_000).toISOString(),
    timezone: 'America/New_York',
    from: '+12025550178',
    to: '+12025550100',
    transcript: TRANSCRIPT.map(([role, content], at) => ({ role, content, start: at * 8, end: at * 8 + 7 })),
  };
  const words = ['--silent', '--show-error', '--fail-with-body', '--header', `Authorization: Bearer ${key}`];
  words.push('--header', 'Content-Type: application/json', '--data-binary', '@-', `${URL}/v1/calls`);
  return JSON.parse(execFileSync('curl', words, { input: JSON.stringify(body), encoding: 'utf8' }));
}
