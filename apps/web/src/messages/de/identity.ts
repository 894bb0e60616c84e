/** Die Wörter darüber, wer jemand über einen Raum hinaus ist, und über Kontakte, auf Deutsch. */
import { formats } from '../format.ts'
import type { IdentityMessages } from '../identity-en.ts'

const { list, plural } = formats('de')
const moments = new Intl.DateTimeFormat('de', { dateStyle: 'medium', timeStyle: 'short' })
const days = new Intl.DateTimeFormat('de', { dateStyle: 'medium' })
const roomsOf = (count: number): string => plural(count, { one: 'einem Raum', other: '# Räumen' })

export const identityDe: IdentityMessages = {
  title: 'Wer du bist',
  hint: 'Du bist in jedem Raum jemand anders, bis du zeigst, wer du bist.',
  fingerprint: 'Dein Fingerabdruck',
  words: 'Die zwölf Wörter zeigen',
  hideWords: 'Verbergen',
  wordsHint: 'Schreib sie auf Papier. Auf einem anderen Gerät machen sie dich zur selben Person; wer sie hat, ist du.',
  restore: 'Zwölf Wörter eingeben',
  restoreLabel: 'Deine zwölf Wörter',
  restoreDo: 'Hier diese Person werden',
  restored:
    'Fertig. Räume, in denen du bist, kennen dich wie bisher; neue kennen dich durch diese Wörter. In einen deiner Mitgliederräume kommst du mit irgendeiner Einladung zurück: als die Person, die du dort warst, auch als Gründerin oder Gründer.',
  email: 'Zeigen, dass eine Adresse dir gehört',
  emailHint: (host) =>
    `Der Dienst bei ${host} mailt einen Code und unterschreibt, dass er dich erreicht hat. Er behält weder Adresse noch Code.`,
  emailLabel: 'E-Mail-Adresse',
  sendCode: 'Code zuschicken',
  codeLabel: (email) => `Der Code, der an ${email} ging`,
  enterCode: 'Eingeben',
  again: 'Eine andere Adresse nehmen',
  attested: (host, until) => `Bezeugt von ${host} bis ${days.format(until)}`,
  drop: (claim) => `Vergessen, dass ${claim} dir gehört`,
  services: 'Dienste, deren Wort du glaubst',
  servicesHint: 'Was sie über andere bezeugen, wird dir als wahr gezeigt. Nichts wird ungefragt geglaubt.',
  noService: 'Noch keiner.',
  lookUp: (host) => `Den Dienst von ${host} nachschlagen`,
  believe: (host) => `${host} glauben`,
  serviceKey: (key) => `Sein Schlüssel beginnt mit ${key}. Frag den Betreiber, ob das stimmt.`,
  doubt: (host) => `${host} nicht mehr glauben`,
  cancel: 'Abbrechen',
  show: 'Den Leuten hier zeigen, wer du bist',
  showHint: (claims) =>
    claims.length === 0
      ? 'Sie sehen, dass du dieselbe Person bist wie in anderen Räumen, in denen du es zeigst.'
      : `Sie sehen ${list(claims)} und dass du dieselbe Person bist wie in anderen Räumen, in denen du es zeigst.`,

  devices: 'Deine Geräte',
  devicesHint:
    'Dieses Gerät hat deine zwölf Wörter. Andere lassen sich damit verbinden und wieder entfernen, wenn sie verloren sind.',
  deviceLinked: 'Das ist ein verbundenes Gerät. Dein Hauptgerät hat deine zwölf Wörter und kann dieses entfernen.',
  deviceRevoked:
    'Dein Hauptgerät hat dieses entfernt. Es spricht für niemanden mehr; was hier gelesen wurde, bleibt, bis du es vergisst.',
  addDevice: 'Weiteres Gerät verbinden',
  isNewDevice: 'Dieses ist neu',
  notesToMyself: 'Notizen an mich',
  seen: (at) => `zuletzt gesehen ${moments.format(at)}`,
  inRooms: (count) => `in ${roomsOf(count)}`,
  removeDevice: (name) => `${name} entfernen`,
  removeDeviceHint: (name) =>
    `${name} liest und schreibt in Mitgliederräumen nichts mehr. Die Links offener Räume hat es noch: Wurde es gestohlen, mach neue Räume.`,
  removeDeviceDo: 'Entfernen',
  offered: 'Scann das mit dem anderen Gerät oder öffne dort den Link.',
  offeredCare: 'Nur für dein eigenes Gerät. Es bekommt nichts, bevor ihr sechs Ziffern verglichen habt.',
  offeredTyped:
    'Oder gib dort diese Buchstaben ein: in einem Terminal nach kith device, in einem Browser unter Einstellungen.',
  codeLasts: (minutes) => plural(minutes, { one: 'Gilt noch eine Minute.', other: 'Gilt noch # Minuten.' }),
  compareDevice: (name) => `„${name}“ möchte dein Gerät werden. Zeigt es diese Ziffern?`,
  compareHere: 'Zeigt dein anderes Gerät dieselben Ziffern? Bestätige es dort.',
  sameDevice: 'Ja, das ist meins',
  lookingDevice: 'Sucht dein anderes Gerät…',
  givingTo: (name) => `Gibt deine Räume an ${name}…`,
  getting: (rooms) =>
    rooms === 0
      ? 'Es ist das richtige. Deine Räume kommen…'
      : `Bis jetzt ${plural(rooms, { one: '1 Raum', other: '# Räume' })}…`,
  got: (rooms) => `Fertig. Das ist jetzt dein Gerät, mit ${roomsOf(rooms)}.`,
  linked: (name, rooms) => `${name === '' ? 'Dieses Gerät' : name} ist verbunden, mit ${roomsOf(rooms)}.`,
  linkFailed: {
    expired: 'Zehn Minuten sind um, und niemand kam. Mach einen neuen Code.',
    different:
      'Die Ziffern waren verschieden, also wurde nichts gegeben. Vielleicht hatte jemand anders den Code: Mach einen neuen.',
    gone: 'Das andere Gerät ist fort. Mach einen neuen Code und versuch es noch einmal.',
  },
  understood: 'Gut',
  becomeTitle: 'Dies zu deinem Gerät machen',
  becomeHint:
    'Dein anderes Gerät zeigt unter Einstellungen einen Code. Dieses bekommt deine Räume und deinen Namen, aber nicht deine zwölf Wörter.',
  codeOfDevice: 'Der Code oder sein Link',
  nameOfDevice: 'Wie dieses Gerät heißt',
  thisBrowser: (system) => (system === '' ? 'Browser' : `Browser auf ${system}`),
  become: 'Mein anderes Gerät finden',

  compare: 'Zahlen vergleichen',
  compareNow: 'Sechs Ziffern, beide hier',
  compareWith: (name) => `${name} und du habt sechs Ziffern zu vergleichen.`,
  comparing: 'Wartet auf das andere Programm…',
  different:
    'Die Zahlen waren verschieden. Vielleicht steht jemand zwischen euch: Trefft euch über einen anderen Link und sagt hier nichts Geheimes.',
  digitsHint: (name) => `Auch ${name} sieht sechs Ziffern. Lest sie einander vor, am Telefon oder im selben Zimmer.`,
  theySay: (name) => `${name} sagt, sie sind gleich.`,
  same: 'Sie sind gleich',
  notSame: 'Sie sind verschieden',
  safetyHint: (name) =>
    `${name} findet dieselben sechzig Ziffern unter deinem Namen. Vergleicht sie auf anderem Weg, wann ihr wollt.`,
  addContact: 'Zu den Kontakten',
  asked: (name) => `${name} wurde gefragt. Wer du bist, erfährt man erst nach dem Annehmen.`,
  declined: (name) => `${name} möchte im Moment nicht.`,

  contacts: 'Kontakte',
  requests: 'Anfragen',
  requestHint: 'Wer du über diesen Raum hinaus bist, erfährt man erst, wenn du annimmst.',
  request: (name) => `${name} möchte dich als Kontakt behalten.`,
  accept: 'Annehmen',
  decline: 'Jetzt nicht',
  message: (name) => `${name} schreiben`,
  notTogether: 'euer Raum entsteht, wenn ihr euch das nächste Mal trefft',
  here: 'jetzt hier',
  away: 'weg',
  blocked: 'blockiert',
  verified: 'geprüft',
  block: (name) => `${name} blockieren`,
  unblock: (name) => `${name} nicht mehr blockieren`,
  remove: (name) => `${name} und euren Raum entfernen`,
  removeTitle: (name) => `${name} entfernen?`,
  removeBody:
    'Der Kontakt geht, und euer gemeinsamer Raum wird auf diesem Gerät gelöscht. Was die andere Seite hat, behält sie.',
  removeDo: 'Entfernen und löschen',
  blockedHere: (name) => `Du hast ${name} blockiert. Was von dort kommt, wird nicht gezeigt; gesagt wird davon nichts.`,
  unblockDo: 'Freigeben',
  notDone: 'Das ging gerade nicht. Versuch es gleich noch einmal.',
}
