/** Die Wörter über Hüter auf Deutsch. */
import { formats } from '../format.ts'
import type { KeepersMessages } from '../keepers-en.ts'

const { number, plural } = formats('de')

export const keepersDe: KeepersMessages = {
  title: 'Hüter',
  here: (blind, reading) => {
    if (blind + reading === 0) return 'Kein Hüter ist hier.'
    const said = plural(blind + reading, { one: '1 Hüter ist hier', other: '# Hüter sind hier' })
    if (reading === 0)
      return plural(blind, { one: `${said} und kann nicht lesen.`, other: `${said} und können nicht lesen.` })
    return `${said}; ${plural(reading, { one: '1 hat den Link bekommen und kann lesen.', other: '# haben den Link bekommen und können lesen.' })}`
  },
  fromKeepers: (have, gaps) =>
    gaps === 0
      ? `Sonst ist niemand hier: Was du liest, kam von Hütern. ${plural(have, { one: '1 Eintrag', other: '# Einträge' })}, und von den Stunden, die sie bewahren, fehlt nichts.`
      : `Sonst ist niemand hier: Was du liest, kam von Hütern, und ${plural(gaps, { one: 'ein Teil fehlt', other: `${number(gaps)} Teile fehlen` })} noch.`,
  lead: 'Ein Hüter ist ein Programm auf einem Rechner, der anbleibt. Es bewahrt die letzten Stunden dieses Raums, Nachrichten und Dateien, für alle, die kommen, wenn niemand da ist.',
  sees: 'Es sieht, wann jemand hier ist, unter welchem Namen und von welcher Adresse, und wie viel gesagt wird.',
  seesNot:
    'Es kann weder Nachrichten noch Dateien noch deren Namen lesen und bekommt keinen Schlüssel. Auch wer es betreibt, kann das nicht.',
  make: 'Fahrschein ausstellen',
  show: 'Zeigen, wie es geht',
  how: 'Führ das dort aus. Es braucht Node 20 oder neuer, sonst nichts.',
  command: 'Befehl, der einen Hüter dieses Raums startet',
  copy: 'Befehl kopieren',
  copied: 'Befehl kopiert',
  selectIt: 'Kopieren ist hier nicht erlaubt. Der Befehl ist markiert: Drück Strg+C.',
  care: 'Gib ihn nur dem, der den Hüter betreibt: Wer ihn hat, findet diesen Raum und sieht, wer hier ist.',
  lasts: 'In einem offenen Raum lässt er sich nicht zurücknehmen.',
  given: 'Ausgestellte Fahrscheine',
  by: (name) => `ausgestellt von ${name}`,
  yours: 'von dir ausgestellt',
  revoke: 'Zurücknehmen',
  revokeHint: 'Hüter, die ihn bekommen haben, werden abgewiesen, und der Raum trifft sich anderswo.',
  failed: 'Es wurde kein Fahrschein ausgestellt. Versuch es gleich noch einmal.',
}
