// What the rules of a decision are called on the screen: `US-NJ.CONTENT` is "New Jersey: what the words must say".
import { stateName } from './postalCodes';

const subjects: Record<string, string> = {
  WINDOW: 'hours',
  HOLIDAY: 'holidays',
  CONSENT: 'written consent',
  CONTENT: 'what the words must say',
  STATE_OFF: 'not switched on',
  INTERVAL: 'contacted too recently',
  LISTING: 'listed with a broker',
  DO_NOT_CONTACT: 'do not contact',
  VOICEMAIL_OPT_OUT: 'opted out of voicemails',
  LOCATION: 'where the phone is',
  LIST_AGE: 'age of the do-not-call list',
  EBR: 'business relationship',
  REVIEW: 'review of the rules is due',
  START: 'not started yet',
  END: 'the end has come',
  'PERMIT.DEVICE': 'permit for a dialing device',
  'PERMIT.REGISTRATION': 'registration as a telephone solicitor',
};

function subject(name: string): string {
  const hours = /^CAP\.(\d+)H$/.exec(name)?.[1];
  if (hours) return `attempts in ${hours} hours`;
  if (name.startsWith('EMERGENCY')) return 'emergency';
  return subjects[name] ?? name.toLowerCase().replaceAll(/[._]/g, ' ');
}

/** The rule in words. */
export function ruleName(id: string): string {
  const [, of = '', name = ''] = /^([^.]+)\.?(.*)$/.exec(id) ?? [];
  if (of === 'LIST') return name ? `On the list ${name.replaceAll(/[._]/g, ' ')}` : 'Do-not-call lists';
  const whose: Record<string, string> = { US: 'Federal law', HOUSE: 'House rule', CAMPAIGN: 'This campaign' };
  const state = of.startsWith('US-') ? stateName(of.slice(3)) : undefined;
  return `${state ?? whose[of] ?? of}: ${subject(name)}`;
}
