// A player that keeps the address it began with: every answer of the server signs a new one, and to change it would stop what plays.
import type { Ref } from 'react';
import { useState } from 'react';

interface Properties {
  /** Where the audio lies now. Give the player a key of what it plays, so that another one begins anew. */
  url: string;
  label: string;
  player?: Ref<HTMLAudioElement>;
}

export function Sound({ url, label, player }: Properties) {
  const [source, setSource] = useState(url);
  // The address has run out: the newest one is taken.
  const renew = () => setSource(url);
  return (
    // eslint-disable-next-line jsx-a11y/media-has-caption -- the words stand beside it
    <audio ref={player} src={source} controls preload="none" aria-label={label} onError={renew} />
  );
}
