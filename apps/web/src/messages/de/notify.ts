/** Die Wörter über Mitteilungen auf Deutsch. */
import { formats } from '../format.ts'
import type { NotifyMessages } from '../notify-en.ts'

const { number, plural } = formats('de')

export const notifyDe: NotifyMessages = {
  title: 'Mitteilungen',
  on: 'Neue Nachrichten mitteilen',
  onHint:
    'Während du woandershin schaust, über die Mitteilungen dieses Geräts. Kein Dienst ist daran beteiligt; darum wird nichts mitgeteilt, solange Kith geschlossen ist.',
  blocked:
    'Dieser Browser lässt keine Mitteilungen dieser Seite zu. Erlaube sie in den Einstellungen des Browsers für diese Seite und schalte sie dann hier ein.',
  unable:
    'Dieser Browser hat keine Mitteilungen für Seiten. Wo sich Kith als App installieren lässt, hat er sie vielleicht dann.',
  show: 'Was eine Mitteilung zeigt',
  shows: { message: 'Name und Nachricht', nothing: 'Nur wie viele' },
  showHint: 'Dein Gerät bewahrt Mitteilungen außerhalb von Kith auf, wo sie nicht verschlüsselt sind.',
  showLocked:
    'Was Kith hier aufbewahrt, hat ein Schloss. Damit es hält, sagt eine Mitteilung nur, dass etwas da ist, ohne einen Namen und ohne ein Wort.',
  sound: 'Mit einem Ton',
  soundHint: 'Ein kurzer, leiser.',
  perRoom: 'Von welchen Nachrichten du hörst, wählst du in den Einstellungen jedes Raums.',
  telling: 'Was dir aus diesem Raum mitgeteilt wird',
  tellings: { everything: 'Alles', called: 'Erwähnungen', nothing: 'Nichts' },
  tellingHints: {
    everything: 'Jede Nachricht der Leute, die du nicht stumm gestellt hast.',
    called: 'Wenn dich jemand beim Namen ruft, dir antwortet oder nur dir schreibt.',
    nothing: 'Neue Nachrichten werden in der Liste deiner Räume gezählt, und das ist alles.',
  },
  off: 'Mitteilungen sind in diesem Browser aus.',
  turnOn: 'Einschalten',
  offer: 'Während du woandershin geschaut hast, kamen Nachrichten. Sollen sie dir nächstes Mal mitgeteilt werden?',
  offerAlone: 'Mitteilen, wenn jemand schreibt',
  notNow: 'Jetzt nicht',
  isOn: 'Du erfährst es, wenn jemand schreibt.',
  room: (room, count) => (count > 1 ? `${room} (${number(count)} neu)` : room),
  line: (name, text) => `${name}: ${text}`,
  something: (count) => plural(count, { one: '1 neue Nachricht', other: '# neue Nachrichten' }),
}
