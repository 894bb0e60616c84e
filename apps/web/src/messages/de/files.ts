/** Die Wörter über Dateien auf Deutsch. */
import type { FileFailed, FileTrouble } from '@kith/peer'
import type { FileMessages } from '../files-en.ts'
import { formats } from '../format.ts'

const { bytes, plural, number } = formats('de')

const trouble: Readonly<Record<FileTrouble, string>> = {
  storeFull: 'Auf diesem Gerät ist kein Platz mehr dafür. Schaff Platz und mach weiter; was da ist, bleibt.',
  nobody: 'Niemand, der gerade hier ist, hat sie. Sie kommt, wenn jemand kommt, der sie hat.',
  tooLarge: 'Sie ist größer, als dieses Gerät annimmt.',
  damaged: 'Was kam, passte nicht und wurde weggeworfen. Versuch es noch einmal; sie wird bei jemand anderem geholt.',
  freed: 'Sie hat anderen Platz gemacht. Hol sie wieder bei denen, die sie haben.',
}

const refused: Readonly<Record<FileFailed['why'], string>> = {
  ...trouble,
  storeFull:
    'Diese Datei wurde nicht hinzugefügt: Auf diesem Gerät ist kein Platz mehr. Schaff Platz in den Einstellungen.',
  tooLarge: 'Diese Datei ist größer, als Kith tragen kann.',
  unreadable: 'Diese Datei ließ sich nicht lesen. Schau, ob sie noch da ist, und füg sie noch einmal hinzu.',
  empty: 'Diese Datei ist leer; es gibt nichts zu senden.',
  tooMany: 'Eine Nachricht fasst 16 Dateien. Sende diese zuerst, dann die anderen.',
  unknown: 'Diese Datei ist nicht mehr hier. Füg sie noch einmal hinzu.',
  stopped: 'Das Holen wurde angehalten. Mach weiter und öffne sie dann.',
  noStore: 'Dieser Browser hat keinen Ort für Dateien. Versuch es in einem Fenster, das nicht privat ist.',
}

export const filesDe: FileMessages = {
  add: 'Dateien hinzufügen',
  addFiles: 'Fotos und Dateien',
  addCamera: 'Kamera',
  dropHere: 'Loslassen, um es der Nachricht beizulegen',
  dropHint: 'Ort und Kameradaten werden aus Fotos entfernt.',

  tray: 'Dateien deiner Nachricht',
  preparing: (name) => `${name} wird vorbereitet`,
  remove: (name) => `${name} entfernen`,
  refused: (why) => refused[why],
  quality: 'Wie Bilder gesendet werden',
  qualities: {
    full: 'Volle Größe',
    smaller: 'Kleiner',
    original: 'Originaldatei',
  },
  qualityHints: {
    full: 'So scharf, wie es ist. Ort und Kameradaten werden entfernt.',
    smaller: 'Höchstens 2.048 Pixel. Ort und Kameradaten werden entfernt.',
    original: 'Unberührt. Es verrät, wo und womit es aufgenommen wurde.',
  },
  hasHidden: 'Geht, wie es ist: Es verrät vielleicht, wo es aufgenommen wurde.',
  cannotClean: 'Verborgene Daten lassen sich hier nicht entfernen, also geht es, wie es ist.',

  fetch: (name, size) => `${name} holen, ${bytes(size)}`,
  goOn: (name) => `${name} weiter holen`,
  pause: (name) => `${name} anhalten`,
  cancel: (name) => `${name} nicht mehr holen und löschen, was kam`,
  save: (name) => `${name} speichern`,
  again: (name) => `${name} noch einmal holen`,
  actions: (name) => `Was sich mit ${name} tun lässt`,
  size: (count) => bytes(count),
  of: (have, total) => `${bytes(have)} von ${bytes(total)}`,
  speed: (perSecond) => `${bytes(perSecond)}/s`,
  sources: (count) => plural(count, { one: 'von 1 Person', other: 'von # Leuten' }),
  left: (ms) => {
    const seconds = Math.max(1, Math.round(ms / 1000))
    if (seconds < 60) return `noch ${number(seconds)} s`
    if (seconds < 3600) return `noch ${number(Math.round(seconds / 60))} min`
    return `noch ${number(Math.round(seconds / 3600))} h`
  },
  paused: 'Angehalten',
  notHere: 'Noch nicht hier',
  waiting: 'Wartet auf jemanden, der sie hat',
  holders: (count) => plural(count, { one: '1 anderer hat sie', other: '# andere haben sie' }),
  heldByNobody: 'nur hier',
  trouble: (why) => trouble[why],

  picture: (name) => `Bild: ${name}`,
  openPicture: (name) => `Das Bild ${name} öffnen`,
  more: (count) => `+${number(count)}`,
  moreLong: (count) => plural(count, { one: '1 weiteres Bild zeigen', other: '# weitere Bilder zeigen' }),
  cannotShow: 'Dieses Bild lässt sich hier nicht zeigen. Speichern geht.',
  film: (name) => `Film: ${name}`,
  sound: (name) => `Ton: ${name}`,

  lightbox: {
    title: 'Bilder',
    place: (at, count) => `${number(at)} von ${number(count)}`,
    previous: 'Voriges Bild',
    next: 'Nächstes Bild',
    close: 'Schließen',
    by: (name, when) => `${name}, ${when}`,
  },

  voice: {
    record: 'Sprachnachricht aufnehmen',
    recording: 'Nimmt auf',
    stop: 'Anhalten und anhören',
    send: 'Sprachnachricht senden',
    discard: 'Wegwerfen',
    play: 'Abspielen',
    pause: 'Anhalten',
    position: 'Stelle in der Aufnahme',
    of: (name) => `Sprachnachricht von ${name}`,
    message: 'Sprachnachricht',
    speed: 'Tempo',
    times: (speed) => `${number(speed)}×`,
    noMicrophone:
      'Kith darf das Mikrofon nicht benutzen. Erlaube es in den Einstellungen dieser Seite und versuch es noch einmal.',
    noRecorder: 'Dieser Browser kann keinen Ton aufnehmen.',
    notSent: 'Die Sprachnachricht wurde nicht gesendet; sie ist noch hier. Versuch es noch einmal.',
  },

  camera: {
    title: 'Kamera',
    take: 'Aufnehmen',
    other: 'Andere Kamera',
    noCamera: 'Kith darf die Kamera nicht benutzen, oder es gibt keine. Erlaube es in den Einstellungen dieser Seite.',
    opening: 'Kamera wird geöffnet…',
    fileName: (when) => `Foto ${when}.jpg`,
  },

  list: {
    open: 'Dateien dieses Raums',
    title: 'Dateien',
    none: 'Noch keine Dateien',
    noneHint: 'Fotos, Aufnahmen und Dateien, die jemand hier sendet, stehen auf dieser Seite.',
    filter: 'Welche Dateien',
    filters: { all: 'Alle', pictures: 'Bilder', media: 'Film und Ton', others: 'Andere' },
    noneOfKind: 'Hier keine davon.',
    by: (name, when) => `${name}, ${when}`,
    inMessage: 'Die Nachricht zeigen',
    free: (name) => `${name} von diesem Gerät löschen`,
    sum: (count, total) => `${plural(count, { one: '1 Datei', other: '# Dateien' })}, ${bytes(total)}`,
  },

  space: {
    title: 'Dateien auf diesem Gerät',
    use: (used, limit) => (limit === undefined ? `${bytes(used)} an Dateien.` : `${bytes(used)} von ${bytes(limit)}.`),
    limit: 'Dateien dürfen belegen',
    limitHint:
      'Ist das erreicht, macht Platz, was auch drei andere haben, das am wenigsten Gebrauchte zuerst. Was sonst niemand hat, bleibt.',
    limits: (limit) => (limit === 0 ? 'alles, was passt' : bytes(limit)),
    freeable: (freeable) => `${bytes(freeable)} davon haben drei andere oder mehr und lassen sich wieder holen.`,
    nothing: 'Nichts davon lässt sich freigeben: Zu wenige andere haben es.',
    free: 'Platz schaffen',
    freed: (freed) => (freed > 0 ? `${bytes(freed)} freigegeben.` : 'Es gab nichts freizugeben.'),
  },
}
