// Who did something, in words: a person by name, the system by its part, the carrier.
import { plain } from '../parts/words';

export function actorName(actor: string, names: Map<string, string>): string {
  if (actor === 'carrier') return 'reported by the carrier';
  if (actor.startsWith('system:')) return `by itself (${plain(actor.slice('system:'.length)).toLowerCase()})`;
  const name = names.get(actor);
  return name ? `by ${name}` : 'by a person';
}
