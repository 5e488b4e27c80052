/** What a person has to know of a platform that sends calls. */
export interface Platform {
  name: string;
  /** Where its address goes. */
  where: string;
  /** What it signs with; without, it does not sign. */
  secret?: string;
  /** The key that calls are fetched with, where the platform only tells of them. */
  key?: string;
}

const PLATFORMS: Record<string, Platform> = {
  atoms: {
    name: 'Atoms',
    where: 'Webhooks → Add: the address, with the events post-conversation and analytics-completed.',
    secret: 'The webhook’s signing secret',
  },
  vapi: {
    name: 'Vapi',
    where: 'Assistant → Server URL: the address, and the server message end-of-call-report.',
    secret: 'The secret of the server’s credential',
  },
  retell: {
    name: 'Retell',
    where: 'Webhooks: the address, with the events call_ended and call_analyzed.',
    secret: 'The API key with the webhook badge',
  },
  elevenlabs: {
    name: 'ElevenLabs',
    where: 'Conversational AI → Settings → Post-call webhook: the address.',
    secret: 'The secret that it shows for the webhook',
  },
  twilio: {
    name: 'Twilio',
    where: 'Intelligence Service → Webhook URL: the address, by POST.',
    secret: 'The account’s auth token',
    key: 'ACCOUNT_SID:AUTH_TOKEN, or API_KEY:SECRET. Twilio only tells of a transcript, which is then fetched with it',
  },
  bland: { name: 'Bland', where: 'The webhook of the call or the number: the address.', secret: 'The account’s signing secret' },
  bolna: { name: 'Bolna', where: 'Agent → Analytics → Webhook: the address.' },
  synthflow: { name: 'Synthflow', where: 'Agent → External webhook: the address with its secret.', secret: 'The webhook’s secret' },
  ultravox: {
    name: 'Ultravox',
    where: 'POST /api/webhooks with the event call.ended and the address.',
    secret: 'The webhook’s secret',
    key: 'An API key. Ultravox only tells of a call, which is then fetched with it',
  },
  livekit: { name: 'LiveKit', where: 'Post the session report from on_session_end to the address.' },
  pipecat: { name: 'Pipecat', where: 'Post the messages of the finished turns to the address when the call ends.' },
  fish: {
    name: 'Fish Audio',
    where: 'Agent → Webhooks: the address.',
    secret: 'The webhook’s secret',
    key: 'An API key. What the webhook leaves out of a call is fetched with it',
  },
  millis: { name: 'Millis', where: 'session_data_webhook: the address.' },
  deepgram: { name: 'Deepgram', where: 'callback= the address.' },
  assemblyai: {
    name: 'AssemblyAI',
    where: 'webhook_url: the address.',
    key: 'An API key. AssemblyAI only tells of a transcript, which is then fetched with it',
  },
  'amazon-transcribe': { name: 'Amazon Transcribe', where: 'A function on the bucket that posts the job’s output file to the address.' },
  whisper: { name: 'Whisper', where: 'Post the file that it wrote to the address.' },
  vcon: { name: 'vCon', where: 'Post the file to the address.' },
  text: { name: 'Plain text', where: 'Post the transcript to the address.' },
  webvtt: { name: 'WebVTT', where: 'Post the file to the address.' },
  srt: { name: 'SubRip', where: 'Post the file to the address.' },
};

/** One that is not known here is called as the server calls it. */
export const platformOf = (source: string): Platform => PLATFORMS[source] ?? { name: source, where: 'Post its payloads to the address.' };
