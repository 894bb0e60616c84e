/** Die Wörter der Karte und von „Warum erreiche ich … nicht?“ auf Deutsch. */
import { formats } from '../format.ts'
import type { MapMessages } from '../map-en.ts'

const { plural, number, list } = formats('de')

/** Wie lange, in der größten Einheit, die passt. */
function inUnits(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${number(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${number(minutes)} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${number(hours)} h` : `${number(Math.round(hours / 24))} Tage`
}

export const mapDe: MapMessages = {
  duration: (ms) => inUnits(ms),
  somebody: 'Jemand',
  you: 'Du',

  map: {
    title: 'Karte',
    loading: 'Zeichnet, wer mit wem verbunden ist…',
    failed: 'Gerade gibt es keine Karte: Dieser Raum wird geschlossen oder geöffnet. Versuch es gleich noch einmal.',
    again: 'Noch einmal',
    alone: 'Nur du bist hier. Die Karte wächst mit allen, die kommen.',
    views: 'Wie die Karte gezeigt wird',
    picture: 'Bild',
    list: 'Liste',
    trees: 'Bäume',
    vouches: 'Bürgen',
    vouchesHint: 'Wer in diesem Raum für wen bürgt',
    vouchedBy: (names) => `Drin auf das Wort von ${list(names)}`,
    vouchesFor: (names) => `Bürgt für ${list(names)}`,
    vouchTable: { caption: 'Wer für wen bürgt', by: 'Wer', for: 'Für wen', how: 'Wie sie sich vergewissert haben' },
    treesHint: 'Die Wege, die Nachrichten durch diesen Raum nehmen',
    label: (people, links, gaps) =>
      `Bild davon, wer mit wem verbunden ist: ${plural(people, { one: '1 Person', other: '# Leute' })}, ${plural(links, { one: '1 Verbindung', other: '# Verbindungen' })}, ${plural(gaps, { one: '1 Paar ohne Verbindung', other: '# Paare ohne Verbindung' })}. Die Liste sagt dasselbe in Worten.`,
    here: (count) => `${number(count)} hier`,
    nearDrawn: (count) => `die ${number(count)} in deiner Nähe gezeichnet`,
    links: (count) => plural(count, { one: '1 Verbindung', other: '# Verbindungen' }),
    gaps: (count) => plural(count, { one: '1 Lücke', other: '# Lücken' }),
    noGaps: 'keine Lücken',
    small: 'In einem kleinen Raum sind alle mit allen verbunden.',
    mesh: 'In einem großen Raum halten alle ein paar Verbindungen, und Nachrichten gehen an Bäumen daraus entlang.',
    more: (count) => plural(count, { one: 'und 1 weitere', other: 'und # weitere' }),
    noLink: 'keine',
    noDirect: 'keine direkte Verbindung',
    pick: 'Wähl jemanden, um zu sehen, wie er erreicht wird.',
    reached: {
      direct: 'Direkt verbunden',
      relay: 'Über das Relay',
      through: (name) => `Über ${name}`,
      gap: 'Keine Verbindung, und niemand trägt',
      beyond: (links) => plural(links, { one: 'Neben dir', other: '# Verbindungen entfernt, über sie erreicht' }),
      unknown: 'Über andere erreicht',
    },
    rtt: (ms) => `${number(Math.round(ms))} ms`,
    linkedWith: (count) => `Verbunden mit ${number(count)}`,
    names: (names) => list(names),
    browser: 'in einem Browser',
    terminal: 'in einem Terminal',
    hidden: 'im Hintergrund',
    keeper: { blind: 'Hüter, kann nicht lesen', reader: 'Hüter, der lesen kann' },
    keeperShort: { blind: 'Hüter', reader: 'Hüter, liest' },
    carries: (names) => `Trägt Versiegeltes zwischen ${list(names)}`,
    root: (slot) => `Wurzel von Baum ${number(slot + 1)}`,
    hot: 'Spricht gerade viel und hat einen eigenen Baum',
    rootShort: (slot) => `Baum ${number(slot + 1)}`,
    hotShort: 'spricht viel',
    tree: (slot) => `Baum ${number(slot + 1)}`,
    treeHot: 'Baum von jemandem, der spricht',
    treeOf: (root, hops) =>
      hops === 0
        ? 'beginnt bei dir'
        : `von ${root}, ${plural(hops, { one: '1 Verbindung entfernt', other: '# Verbindungen entfernt' })}`,
    treeFrom: (parent) => `kommt zu dir von ${parent}`,
    treeTo: (names) => (names.length === 0 ? 'endet bei dir' : `du gibst weiter an ${list(names)}`),
    legend: {
      direct: 'direkt',
      relay: 'über das Relay',
      through: 'über ein Mitglied',
      gap: 'keine Verbindung',
      vouch: 'bürgt für',
      quality: 'Je kräftiger eine Linie, desto schneller.',
      hops: 'Kreise: wie viele Verbindungen von dir.',
    },
    table: {
      caption: 'Jedes Paar und wie es verbunden ist',
      who: 'Wer',
      whom: 'Mit wem',
      how: 'Wie',
      ms: 'ms',
      quality: { quick: 'schnell', fair: 'mittel', slow: 'langsam', unknown: '' },
      tree: 'Baum',
    },
  },

  reach: {
    how: (name) => `Wie erreiche ich ${name}?`,
    why: (name) => `Warum erreiche ich ${name} nicht?`,
    loading: 'Schaut nach, was versucht wurde…',
    failed:
      'Das lässt sich gerade nicht sagen: Der Raum wird geschlossen oder geöffnet. Versuch es gleich noch einmal.',
    programs: 'Welches Fenster',
    program: (index, platform) => `${number(index)}: ${platform}`,
    verdict: {
      direct: (name) => `Du und ${name} seid direkt verbunden.`,
      relay: (name) =>
        `Was du und ${name} sagt, geht versiegelt über das Relay. Es kommt genauso gut an, nur der Weg ist länger.`,
      through: (name, carrier) =>
        `${carrier} trägt versiegelt, was du und ${name} sagt. ${carrier} kann es nicht lesen.`,
      beyond: (name) =>
        `Du und ${name} habt keine eigene Verbindung, wie die meisten in einem großen Raum. Was du sagst, erreicht ${name} über andere.`,
      reaching: (name) => `${name} ist noch nicht erreicht.`,
      blocked: (name) => `${name} ist gerade nicht zu erreichen. Was du schreibst, wartet.`,
      absent: (name) => `${name} ist nicht hier: Nirgends ist dort ein Kith in diesem Raum offen.`,
    },
    there: (ms) => `Hin und zurück dauert es ${number(Math.round(ms))} ms.`,
    stops: {
      signal: 'Der direkte Weg endet am ersten Schritt: Es kam nie eine Antwort.',
      transport: 'Der direkte Weg endet dazwischen: Zwischen euren Netzen fand sich kein Durchkommen.',
      handshake: 'Die Verbindung ging auf, aber der Handschlag darauf gelang nicht.',
      none: 'Er endete vor dem ersten Schritt.',
    },
    stopsRelay: 'Das Relay sollte die ersten Worte weiterreichen, und es kam keine Antwort.',
    stopsThrough: 'Es fand sich kein Mitglied, das tragen konnte.',
    tried: 'Was versucht wurde',
    ways: {
      webrtc: 'Direkt (WebRTC)',
      socket: 'Direkt, über die Netzadresse',
      relay: 'Über das Relay',
      through: 'Über ein anderes Mitglied',
    },
    state: {
      inUse: 'In Gebrauch',
      up: 'Geht, als Reserve',
      off: {
        webrtc: 'Nicht versucht: Direkte Verbindungen sind abgeschaltet oder hier nicht möglich',
        socket: 'Nicht versucht: Das können nur Terminals, mit einer Adresse, die sie bekommen haben',
        relay: 'Nicht nötig',
        through: 'Nicht nötig',
      },
      relayAway: 'Wartet, bis das Relay zurück ist',
      notInTopic: 'Am Relay nicht anzutreffen',
      trying: {
        signal: 'Gefragt, wartet auf Antwort',
        transport: 'Geantwortet; sucht einen Weg zwischen euren Netzen',
        handshake: 'Verbunden; jede Seite prüft den Beweis der anderen',
        none: 'Beginnt',
      },
      failed: {
        signal: 'Es kam nie eine Antwort',
        transport: 'Kein Durchkommen zwischen euren Netzen',
        handshake: 'Die Verbindung ging auf, aber der Handschlag gelang nicht',
        none: 'Ging nicht',
      },
      waiting: 'Wartet, bis es dran ist',
    },
    by: (name) => `durch ${name}`,
    since: (text) => `seit ${text}`,
    failures: (count) => plural(count, { one: 'einmal misslungen', other: '#-mal misslungen' }),
    next: (text) => `nächster Versuch in ${text}`,
    nextNow: 'nächster Versuch jetzt',
    code: (code) => `Code ${code}`,
    facts: 'Auch gut zu wissen',
    relay: {
      up: 'Dein Relay ist verbunden.',
      connecting: 'Dein Relay wird gerufen.',
      away: 'Dein Relay ist weg.',
      none: 'Dieser Raum hat kein Relay.',
    },
    inTopic: (name) => `Auch ${name} ist am Relay.`,
    notInTopic: (name) => `${name} ist am Relay nicht zu sehen.`,
    heard: (name, text) => `Zuletzt von ${name} gehört: vor ${text}.`,
    neverHeard: (name) => `Von ${name} war über eine Verbindung noch nichts zu hören.`,
    clockRight: 'Eure Uhren stimmen überein.',
    clockAhead: (text) => `Die andere Uhr geht ${text} vor.`,
    clockBehind: (text) => `Die andere Uhr geht ${text} nach.`,
    ownAhead: (text) => `Die Uhr dieses Geräts geht ${text} vor der des Raums.`,
    ownBehind: (text) => `Die Uhr dieses Geräts geht ${text} hinter der des Raums.`,
    help: 'Was du tun kannst',
    advice: {
      askToOpen:
        'Bitte darum, den Raum zu öffnen. Was du bis dahin schreibst, wartet hier und bei allen, die es haben.',
      ownClock: 'Stell die Uhr dieses Geräts; die automatische Zeit in seinen Einstellungen tut es.',
      theirClock: 'Sag Bescheid, dass die andere Uhr falsch geht; die automatische Zeit in den Einstellungen hilft.',
      proofFailed:
        'Etwas antwortete, das nicht beweisen konnte, dass es zu diesem Raum gehört. Gib den Link noch einmal und seht, dass ihr beide das neueste Kith habt. Bleibt es so, traut dem Netz zwischen euch nicht.',
      relayAway: 'Schau, ob du überhaupt online bist. Sobald das Relay zurück ist, findet ihr euch von selbst.',
      noRelay:
        'Über ein Relay treffen sich Leute, die sich nicht direkt verbinden können: Mach den nächsten Raum auf einer Seite, die eins hat.',
      directOff:
        'Direkte Verbindungen sind auf einer Seite abgeschaltet („Meine Adresse verbergen“). Wollt ihr sie beide, schaut in die Einstellungen.',
      strictNetwork:
        'Eins eurer Netze lässt keine direkte Verbindung durch: Firmennetze, Mobilfunk und VPNs tun das oft. Ein anderes Netz hilft, oder ein Relay mit TURN-Server.',
      signalLost:
        'Die andere Seite schläft vielleicht: Bitte darum, sie nach vorn zu holen. Telefone legen Seiten im Hintergrund nach einer Weile schlafen.',
      wait: 'Gib ihm ein paar Sekunden. Diese Seite zeigt, wie weit es ist.',
    },
    nothingToDo: 'Es ist nichts zu tun.',
    report: 'Ein Bericht zum Weitergeben',
    reportLead:
      'Für den Betreiber des Relays oder um einen Fehler zu melden. Genau das wird kopiert: keine Namen, Schlüssel oder Adressen.',
    copy: 'Bericht kopieren',
    copied: 'Bericht kopiert',
    selectIt: 'Kopieren ist hier nicht erlaubt. Der Text ist markiert: Drück Strg+C.',
  },
}
