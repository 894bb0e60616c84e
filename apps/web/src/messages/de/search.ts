/** Die Wörter der Suche auf Deutsch. */
import { formats } from '../format.ts'
import type { SearchMessages } from '../search-en.ts'

const { plural } = formats('de')

export const searchDe: SearchMessages = {
  title: 'Diesen Raum durchsuchen',
  label: 'Wonach gesucht wird',
  placeholder: 'Wörter, ein Name, eine Datei',
  hint: 'Gesucht wird nur auf diesem Gerät. Niemand wird gefragt, und niemand erfährt davon.',
  looking: 'Sucht…',
  none: (query) => `Hier steht nirgends „${query}“.`,
  noneMissing: 'Manche Nachrichten dieses Raums sind noch nicht auf diesem Gerät. Versuch es wieder, wenn sie da sind.',
  found: (count) => plural(count, { one: '1 Nachricht', other: '# Nachrichten' }),
  foundMore: (count) =>
    plural(count, { one: '1 Nachricht, vielleicht gibt es mehr', other: 'Die neuesten # Nachrichten' }),
  more: 'Weiter zurück suchen',
}
