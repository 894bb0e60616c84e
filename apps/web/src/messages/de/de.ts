/** Jedes Wort der Web-App auf Deutsch. Ton: schlicht, kurz, freundlich; was geschehen ist und was hilft. */
import type { Messages } from '../catalogue.ts'
import { formats, type Formats } from '../format.ts'
import { filesDe } from './files.ts'
import { identityDe } from './identity.ts'
import { keepersDe } from './keepers.ts'
import { mapDe } from './map.ts'
import { membersDe } from './members.ts'
import { notifyDe } from './notify.ts'
import { searchDe } from './search.ts'

const intl: Formats = formats('de')
const { plural, number, list } = intl

export const de: Messages = {
  locale: 'de',
  get format(): Formats {
    return intl
  },
  parts: {
    files: filesDe,
    identity: identityDe,
    keepers: keepersDe,
    map: mapDe,
    notify: notifyDe,
    members: membersDe,
    search: searchDe,
  },

  app: {
    name: 'Kith',
    claim: 'Chat, der den Leuten darin gehört.',
    title: (room, news) => `${news > 0 ? `(${number(news)}) ` : ''}${room === undefined ? '' : `${room} · `}Kith`,
    oneBack: 'Zurück',
    back: 'Zurück zu deinen Räumen',
    close: 'Schließen',
    cancel: 'Abbrechen',
    save: 'Speichern',
    opening: 'Wird geöffnet…',
    broken: 'Etwas auf dieser Seite geht nicht mehr. Was du geschrieben hast, ist sicher; neu laden hilft.',
    missing: 'Noch nicht auf diesem Gerät',
    partAway:
      'Dieser Teil von Kith liegt noch beim Relay, das nicht antwortet. Er wird geladen, sobald es wieder da ist; Nachrichten gehen inzwischen weiter.',
    renewed: 'Eine neue Version von Kith ist da. Sie wird geladen; was du gerade schreibst, bleibt.',
    reload: 'Neu laden',
    notLoaded: 'Kith konnte nicht ganz geladen werden.',
    notLoadedHelp: 'Die Verbindung ist abgebrochen, oder das Relay antwortet nicht.',
    tryAgain: 'Noch einmal versuchen',
    cannotStart: 'Kith konnte seinen Speicher in diesem Browser nicht öffnen.',
    cannotStartHelp:
      'Meist liegt es an einem privaten Fenster oder an einer vollen Platte. Schaff etwas Platz oder nimm ein anderes Fenster und lade neu.',
  },

  start: {
    nameLabel: 'Dein Name',
    nameHint: 'Die anderen sehen ihn. Du kannst ihn jederzeit ändern.',
    newRoom: 'Neuer Raum',
    kind: 'Wer hereinkommt',
    kinds: { open: 'Offener Raum', members: 'Mitgliederraum' },
    kindHints: { open: 'Wer den Link hat, liest mit.', members: 'Ihr entscheidet, wer kommt.' },
    makeOrJoin: 'Neuer Raum oder Link',
    joinLabel: 'Hast du einen Link?',
    joinPlaceholder: 'Link einfügen',
    join: 'Beitreten',
    notALink: 'Das ist nicht der Link eines Raums. Ein ganzer Link endet mit # und 43 Buchstaben und Ziffern.',
    couldNotMake:
      'Der Raum ließ sich nicht anlegen: In diesem Browser ist kein Platz mehr. Schaff Platz und versuch es noch einmal.',
    couldNotJoin:
      'Der Raum ließ sich nicht öffnen: In diesem Browser ist kein Platz mehr. Schaff Platz und versuch es noch einmal.',
    notHere: 'Dieser Mitgliederraum ist nicht auf diesem Gerät. Bitte jemanden darin um eine Einladung.',
    rooms: 'Deine Räume',
    anotherName: 'Anderen Namen vorschlagen',
    settings: 'Einstellungen',
    help: 'Tastatur und Hilfe',
    protection: 'Nur wer in einem Raum ist, kann lesen, was darin gesagt wird.',
    protectionMore: 'Wie das geht',
    installed: 'Eine neuere Fassung von Kith ist da.',
    update: 'Verwenden',
  },

  names: {
    qualities:
      'Bunter Eifriger Emsiger Flinker Froher Früher Gelassener Goldener Heiterer Heller Kecker Kluger Lustiger Milder Munterer Mutiger Neugieriger Netter Pfiffiger Ruhiger Sanfter Schneller Silberner Sonniger Stiller Treuer Wacher Warmer Weiser Wilder Witziger Zarter',
    creatures:
      'Adler Biber Bison Dachs Delfin Eisvogel Falke Fink Frosch Fuchs Gecko Hase Hecht Igel Iltis Kauz Kiebitz Kranich Luchs Marder Molch Otter Panda Pinguin Pirol Reiher Specht Star Steinbock Storch Uhu Zeisig',
  },

  room: {
    moreNotices: (count) => plural(count, { one: 'Noch 1', other: 'Noch #' }),
    unnamed: 'Neuer Raum',
    withNames: (names, more) =>
      list(more > 0 ? [...names, plural(more, { one: '1 weitere', other: '# weitere' })] : names),
    people: 'Leute und Wege',
    map: 'Karte des Raums',
    invite: 'Einladen',
    search: 'Suchen',
    settings: 'Raumeinstellungen',
    yourRooms: 'Deine Räume',
    noMessages: 'Noch nichts gesagt',
    deletedBrief: 'Nachricht gelöscht',
    you: 'Du',
    mentioned: 'du wirst erwähnt',
    unread: (count) => plural(count, { one: '1 ungelesene Nachricht', other: '# ungelesene Nachrichten' }),
  },

  status: {
    keepers: (count) => plural(count, { one: '1 Hüter', other: '# Hüter' }),
    loading: 'Öffnet, was hier gespeichert ist…',
    joining: 'Sucht die anderen…',
    alone: 'Bis jetzt nur du',
    nobody: 'Gerade ist sonst niemand hier',
    unanswered: 'Mitglieder sind hier und antworten dir nicht',
    people: (count) => plural(count, { one: '1 Person hier', other: '# Leute hier' }),
    reaching: (count) => `${number(count)} noch nicht erreicht`,
    catchingUp: (have, total) => `Holt nach: ${number(have)} von ${number(total)}`,
    offline: 'Offline. Was du schreibst, wartet hier.',
    relayAwayDirect: (direct, total) =>
      direct === total
        ? 'Relay weg. Alle sind direkt verbunden.'
        : `Relay weg. Direkt verbunden: ${number(direct)} von ${number(total)}.`,
    gaps: (count) => plural(count, { one: '1 Nachricht fehlt', other: '# Nachrichten fehlen' }),
    members: (count, verified) =>
      `Mitglieder: ${plural(count, { one: '1 Person', other: '# Leute' })}, ${number(verified)} von dir geprüft`,
    hereNow: (count) => `${number(count)} hier`,
    entering: 'Auf dem Weg hinein',
    removed: 'Du bist nicht mehr in diesem Raum',
  },

  path: {
    me: 'du',
    direct: 'Direkt verbunden',
    relay: 'Über das Relay',
    through: 'Über ein anderes Mitglied',
    throughName: (name) => `Über ${name}`,
    here: 'Über andere erreicht',
    reaching: 'Noch nicht erreicht',
    whyAway: 'Warum?',
    how: (name) => `: Wie erreiche ich ${name}?`,
    why: (name) => `: Warum erreiche ich ${name} nicht?`,
    rtt: (ms) => `${number(Math.round(ms))} ms`,
    programs: (count) => plural(count, { one: '1 Fenster', other: '# Fenster' }),
    terminal: 'in einem Terminal',
  },

  people: {
    title: 'Leute',
    ring: (count, direct) =>
      `Zeichnung des Raums: ${plural(count, { one: '1 Person', other: '# Leute' })}, ${number(direct)} direkt verbunden`,
    legend:
      'Eine durchgezogene Linie ist eine direkte Verbindung, eine gestrichelte geht über das Relay, eine dünne über ein anderes Mitglied. Keine Linie: nicht erreicht.',
    here: 'Jetzt hier',
    keeper: { blind: 'Hüter, kann nicht lesen', reader: 'Hüter, der lesen kann' },
    away: 'Nicht hier',
    typing: 'schreibt',
    key: 'Zeichen und Farbe kommen vom Schlüssel. Fremde mit demselben Namen sehen anders aus.',
    invite: 'Jemanden einladen',
  },

  timeline: {
    label: (room) => `Nachrichten in ${room}`,
    beginning: (room) => `Hier beginnt ${room}`,
    beginningWith: (names) => `Hier beginnt dein Raum mit ${names}`,
    beginningTwo: (name) => `${name} und du, und sonst niemand`,
    protection:
      'Verschlüsselt zwischen den Leuten darin. Das Relay reicht versiegelte Umschläge weiter und behält keinen.',
    older: 'Ältere Nachrichten sind unterwegs',
    missing: (count) =>
      plural(count, {
        one: '1 Nachricht fehlt: Niemand hier hat sie. Sie kommt, sobald jemand mit ihr den Raum öffnet.',
        other: '# Nachrichten fehlen: Niemand hier hat sie. Sie kommen, sobald jemand mit ihnen den Raum öffnet.',
      }),
    newMessages: 'Neu',
    jump: 'Zur neuesten Nachricht',
    jumpUnread: (count) => plural(count, { one: '1 neue Nachricht', other: '# neue Nachrichten' }),
    edited: 'bearbeitet',
    deleted: 'Diese Nachricht wurde gelöscht',
    deletedMine: 'Du hast diese Nachricht gelöscht',
    answeredMissing: 'Eine Nachricht, die noch nicht da ist',
    answeredDeleted: 'Eine gelöschte Nachricht',
    jumpToAnswered: (name) => `Zur Nachricht von ${name}, auf die das antwortet`,
    message: (name, time) => `${name}, ${time}`,
    announce: (name, text) => `${name}: ${text}`,
    announceMany: (count) => plural(count, { one: '1 neue Nachricht', other: '# neue Nachrichten' }),
    actions: 'Was sich mit der Nachricht tun lässt',
    react: 'Reagieren',
    reply: 'Antworten',
    edit: 'Bearbeiten',
    remove: 'Löschen',
    copy: 'Text kopieren',
    selectText: 'Text auswählen',
    more: 'Mehr',
    moreEmoji: 'Mehr Emoji',
    copyCode: 'Code kopieren',
    copied: 'Kopiert',
    code: 'Code',
    imageLink: (alt) => (alt === '' ? 'Bild' : `Bild: ${alt}`),
  },

  pins: {
    title: 'Angeheftete Nachrichten',
    pin: 'Für alle anheften',
    unpin: 'Nicht mehr anheften',
    pinned: 'Angeheftet',
    goTo: (name, text) => `Zum Angehefteten. ${name}: ${text}`,
    all: (count) => (count === 1 ? 'Zeigen' : `Alle ${number(count)}`),
    allLabel: (count) =>
      plural(count, { one: 'Die angeheftete Nachricht zeigen', other: 'Alle # angehefteten Nachrichten zeigen' }),
    by: (name) => `Angeheftet von ${name}`,
    byMe: 'Von dir angeheftet',
    none: 'Es ist nichts mehr angeheftet.',
  },

  sent: {
    kinds: {
      picture: 'ein Bild',
      film: 'ein Film',
      voice: 'eine Sprachnachricht',
      sound: 'eine Aufnahme',
      other: 'eine Datei',
    },
    named: (name) => `eine Datei, ${name}`,
    many: (count) => plural(count, { one: '1 Datei', other: '# Dateien' }),
  },

  remove: {
    title: 'Diese Nachricht löschen?',
    body: 'Sie verschwindet bei allen, deren Kith davon erfährt. Wer sie schon gelesen hat, erinnert sich vielleicht.',
    confirm: 'Löschen',
  },

  delivery: {
    label: 'Wie weit diese Nachricht gekommen ist',
    waiting: 'Wartet',
    sent: 'Gesendet',
    stored: 'Bei anderen gespeichert',
    waitingLong: 'Sie wartet auf diesem Gerät und geht hinaus, sobald jemand erreichbar ist.',
    sentLong: 'Sie hat dieses Gerät verlassen. Noch hat niemand gesagt, dass er sie hat.',
    storedLong: (people, keepers) => {
      const kept = plural(keepers, { one: 'von 1 Hüter bewahrt', other: 'von # Hütern bewahrt' })
      if (people === 0) return `Noch hat sie sonst niemand, aber sie ist ${kept}, für alle, die kommen.`
      const held = plural(people, { one: '1 andere Person hat sie', other: '# andere haben sie' })
      return keepers === 0 ? `${held}.` : `${held}, und sie ist ${kept}.`
    },
    receipt: 'Das Relay hat quittiert: Es hat diese versiegelte Nachricht gesehen, und wann.',
    noReceipt: 'Es gibt keine Quittung eines Relays; sie braucht keine.',
  },

  composer: {
    label: (room) => `Nachricht an ${room}`,
    placeholder: (room) => `Nachricht an ${room}`,
    placeholderShort: 'Nachricht',
    send: 'Senden',
    saveEdit: 'Änderung speichern',
    emoji: 'Emoji',
    replyingTo: (name) => `Antwort an ${name}`,
    editing: 'Du bearbeitest deine Nachricht',
    stopReply: 'Nicht antworten',
    stopEdit: 'Nicht bearbeiten',
    typing: (names) => {
      if (names.length > 3) return 'Mehrere schreiben'
      return `${list(names)} ${names.length === 1 ? 'schreibt' : 'schreiben'}`
    },
    youAre: (name) => `Du bist hier ${name}.`,
    changeName: 'Namen ändern',
    refused: 'Das wurde nicht gesendet; es steht noch im Feld. Versuch es gleich noch einmal.',
    refusedFull:
      'Das wurde nicht gesendet: Der Speicher dieses Browsers ist voll. Schaff Platz und versuch es noch einmal.',
    refusedLong: 'Das wurde nicht gesendet: Es ist zu lang für eine Nachricht. Teil es in zwei.',
  },

  invite: {
    title: 'Einladen',
    lead: 'Wer diesen Link hat, kommt herein und liest auch, was vorher gesagt wurde.',
    aloneTitle: 'Du bist zuerst da',
    aloneTwo: (name) => `${name} bekommt, was du hier schreibst, sobald ihr euch trefft.`,
    aloneLead: 'Schick diesen Link an alle, die kommen sollen. Er ist der einzige Schlüssel.',
    aloneMembers: 'Niemand kommt herein, wenn du es nicht sagst. Mach eine Einladung für alle, die kommen sollen.',
    link: 'Link dieses Raums',
    copy: 'Link kopieren',
    copied: 'Link kopiert',
    share: 'Teilen',
    qr: 'QR-Code des Links',
    care: 'Schick ihn nur dorthin, wo sonst niemand mitliest.',
    shareText: 'Komm, wir reden',
    selectIt: 'Kopieren ist hier nicht erlaubt. Der Link ist markiert: Drück Strg+C.',
  },

  roomSettings: {
    title: 'Raumeinstellungen',
    sections: {
      names: 'Namen',
      access: 'Wer hereinkommt',
      keeping: 'Relay und Hüter',
      leaving: 'Exportieren und verlassen',
    },
    name: 'Wie du diesen Raum nennst',
    nameHint: 'Das siehst nur du.',
    yourName: 'Dein Name in diesem Raum',
    yourNameHint: 'Die anderen sehen ihn ab deiner nächsten Nachricht.',
    open: 'Offener Raum: Wer den Link hat, kann lesen und schreiben.',
    relay: 'Relay',
    relayNone: 'Keins. Dieser Raum geht nur zwischen direkt verbundenen Leuten.',
    relayAt: (host) => `Trifft sich bei ${host}`,
    relayStates: {
      connecting: 'wird gerufen',
      up: 'verbunden',
      away: 'weg; wer schon verbunden ist, redet weiter',
      none: 'keins',
    },
    stored: 'Auf diesem Gerät',
    storedKey: 'Verschlüsselt mit einem Schlüssel, den dieser Browser behält und nicht herausgibt.',
    storedPassphrase: 'Verschlüsselt mit deiner Passphrase.',
    storedPasskey: 'Verschlüsselt mit deinem Passkey.',
    history: (have, gaps) =>
      `${plural(have, { one: '1 Eintrag', other: '# Einträge' })}, ${plural(gaps, { one: '1 Lücke', other: '# Lücken' })}`,
    forget: 'Verlassen und vergessen',
    forgetHint: 'Löscht diesen Raum von diesem Gerät. Die anderen behalten ihn; mit dem Link kannst du zurück.',
    forgetTitle: (room) => `${room} verlassen?`,
    forgetBody: 'Nachrichten und Entwürfe werden von diesem Gerät gelöscht. Ohne den Link gibt es keinen Weg zurück.',
    forgetMembersHint:
      'Löscht diesen Raum von diesem Gerät. Die anderen zählen dich weiter mit; um zurückzukommen, brauchst du eine neue Einladung.',
    forgetMembersBody:
      'Nachrichten, Entwürfe und dein Schlüssel in diesem Raum werden von diesem Gerät gelöscht. Ohne neue Einladung gibt es keinen Weg zurück.',
    forgetConfirm: 'Verlassen und löschen',
  },

  exporting: {
    title: 'Nachrichten exportieren',
    formats: { markdown: 'Als Text (Markdown)', json: 'Als Daten (JSON)' },
    hint: 'Eine Datei mit dem, was hier gezeigt wird, zum Aufheben. Sie ist nicht verschlüsselt: Wer sie in die Hand bekommt, kann sie lesen.',
    done: 'Fertig. Die Datei liegt bei deinen Downloads und ist nicht verschlüsselt.',
  },

  settings: {
    title: 'Einstellungen',
    sections: {
      you: 'Du',
      look: 'Aussehen und Sprache',
      files: 'Dateien und Speicher',
      devices: 'Geräte',
      privacy: 'Privates und Schloss',
      about: 'Über Kith',
    },
    isOn: 'An',
    isOff: 'Aus',
    isLocked: 'Verschlossen',
    freeSpace: 'Platz schaffen',
    name: 'Dein Name',
    nameHint: 'Für Räume, die du von jetzt an machst oder betrittst.',
    theme: 'Aussehen',
    themes: { auto: 'System', light: 'Hell', dark: 'Dunkel' },
    relayOnly: 'Meine Adresse vor anderen verbergen',
    relayOnlyHint: 'Alles geht über das Relay, nie direkt. Das ist langsamer, und ohne Relay geht nichts.',
    stored: 'Auf diesem Gerät',
    storedKey:
      'Was hier gespeichert ist, ist mit einem Schlüssel verschlüsselt, den dieser Browser behält und nicht herausgibt. Das schützt eine kopierte Platte, nicht einen offenen Rechner.',
    storedPassphrase: 'Was hier gespeichert ist, ist mit deiner Passphrase verschlüsselt.',
    storedPasskey: 'Was hier gespeichert ist, ist mit deinem Passkey verschlüsselt.',
    storedBytes: (bytes) => `${intl.bytes(bytes)} belegt`,
    kept: 'Der Browser hat versprochen, es zu behalten.',
    mayBeCleared: 'Der Browser darf es löschen, wenn der Platz knapp wird.',
    language: 'Sprache',
    languageAuto: 'Wie der Browser',
  },

  about: {
    version: 'Version',
    relay: 'Kommt von',
    relayAt: (host) =>
      `Dem Relay bei ${host}. Es gibt diese Seite aus und hilft, dass sich Leute finden; es behält nichts.`,
    licence: 'Lizenz',
    licenceIs: 'MIT. Frei zu benutzen, zu ändern und zu betreiben.',
  },

  unlock: {
    title: 'Kith ist gesperrt',
    lead: 'Eine Passphrase sperrt, was in diesem Browser gespeichert ist.',
    leadPasskey: 'Ein Passkey sperrt, was in diesem Browser gespeichert ist.',
    usePasskey: 'Passkey verwenden',
    askingPasskey: 'Wartet auf den Passkey…',
    passkeyWrong: 'Dieser Passkey öffnet es nicht. Nimm den, mit dem gesperrt wurde.',
    passkeyFailed: 'Der Passkey hat nicht geantwortet. Versuch es noch einmal und bestätige, wenn das Gerät fragt.',
    forgottenPasskey:
      'Ohne den Passkey öffnet es nichts. Ist er verloren, lösch im Browser, was diese Seite gespeichert hat, und komm über die Links deiner Räume zurück: Die anderen haben die Nachrichten noch.',
    label: 'Passphrase',
    open: 'Öffnen',
    opening: 'Öffnet, das dauert eine Sekunde…',
    wrong: 'Diese Passphrase öffnet es nicht. Achte auf Großbuchstaben und Leerzeichen und versuch es noch einmal.',
    forgotten:
      'Ohne die Passphrase öffnet es nichts. Ist sie verloren, lösch im Browser, was diese Seite gespeichert hat, und komm über die Links deiner Räume zurück: Die anderen haben die Nachrichten noch.',
  },

  lock: {
    title: 'Sperren, was hier gespeichert ist',
    byPassphrase: 'Durch eine Passphrase gesperrt.',
    byPasskey: 'Durch einen Passkey gesperrt.',
    setPasskey: 'Passkey verwenden',
    passkeySet: 'Fertig. Wenn Kith hier das nächste Mal geöffnet wird, fragt es nach dem Passkey.',
    passkeyFailed:
      'Es wurde kein Passkey gemacht: Dieser Browser oder dieses Gerät hat keinen, der sperren kann, oder die Frage wurde geschlossen. Eine Passphrase tut dasselbe.',
    after: 'Von selbst sperren',
    afterMinutes: (minutes) =>
      minutes === 0
        ? 'Nie'
        : minutes < 60
          ? plural(minutes, { one: 'Nach 1 Minute', other: 'Nach # Minuten' })
          : plural(minutes / 60, { one: 'Nach 1 Stunde', other: 'Nach # Stunden' }),
    afterHint: 'Wenn so lange niemand Kith berührt hat, in keinem seiner Tabs.',
    now: 'Jetzt sperren',
    hint: 'Mit Passphrase oder Passkey findet nichts zu lesen, wer dieses Gerät nimmt, während Kith zu ist. Es hilft nicht, solange Kith offen ist, nicht bei schwacher Passphrase oder ausgespähtem Rechner, und nichts bringt eine verlorene zurück.',
    set: 'Passphrase festlegen',
    change: 'Ändern',
    remove: 'Entfernen',
    current: 'Jetzige Passphrase',
    next: 'Neue Passphrase, vier Wörter oder mehr',
    again: 'Die neue noch einmal',
    differs: 'Die beiden neuen sind nicht gleich. Tipp sie zweimal, genau wie du sie willst.',
    wrong: 'Das ist nicht die jetzige Passphrase. Achte auf Großbuchstaben und Leerzeichen und versuch es noch einmal.',
    notDone: 'Die Sperre ließ sich nicht ändern. Versuch es noch einmal; bleibt es so, lade die Seite neu.',
    working: 'Dauert eine Sekunde…',
    isSet: 'Fertig. Wenn Kith hier das nächste Mal geöffnet wird, fragt es nach der Passphrase.',
    removed: 'Fertig. Von jetzt an öffnet es ohne Passphrase.',
  },

  protection: {
    title: 'Wie Kith einen Raum schützt',
    child: 'Was du schreibst, kommt in einen Umschlag, den nur Leute mit dem Link des Raums öffnen können.',
    points: [
      'Das Geheimnis eines Raums ist der Teil seines Links nach dem #. Browser schicken diesen Teil an keinen Server.',
      'Jede Nachricht ist mit einem Schlüssel aus diesem Geheimnis verschlüsselt und von dem unterschrieben, der sie schrieb. Niemand kann sie unbemerkt ändern, auch niemand im Raum.',
      'Das Relay macht Leute bekannt und reicht versiegelte Nachrichten weiter. Es sieht Netzadressen, Größen und Zeiten. Es kann weder Nachrichten noch Namen lesen und behält nichts.',
      'Direkt verbundene Leute erfahren die Netzadresse des anderen. Dagegen gibt es einen Schalter in den Einstellungen.',
      'Wer diese Seite ausliefert, könnte eine veränderte ausliefern. Darum fragt Kith, bevor es sich erneuert.',
      'In einem offenen Raum lässt sich nichts zurücknehmen: Wer den Link hatte, behält, was er gelesen hat.',
    ],
  },

  help: {
    title: 'Tastatur',
    groups: {
      write: 'Schreiben',
      read: 'Lesen',
      move: 'Unterwegs',
    },
    send: 'Senden',
    newline: 'Neue Zeile',
    editLast: 'Deine letzte Nachricht bearbeiten, im leeren Feld',
    cancel: 'Nicht mehr antworten oder bearbeiten',
    bold: 'Fett, kursiv, Code',
    mention: 'Jemanden beim Namen rufen',
    emoji: 'Emoji',
    toMessages: 'Vom Feld zu den Nachrichten',
    walk: 'Durch die Nachrichten gehen',
    ends: 'Älteste, neueste',
    reply: 'Antworten',
    react: 'Reagieren',
    edit: 'Eigene bearbeiten',
    copy: 'Text kopieren',
    remove: 'Eigene löschen',
    toField: 'Zurück zum Feld',
    rooms: 'Raum darüber, darunter',
    people: 'Leute',
    map: 'Karte',
    invite: 'Einladen',
    files: 'Dateien',
    search: 'Suchen',
    help: 'Diese Liste',
    markdownTitle: 'Text setzen',
    markdown: '**fett**, *kursiv*, `Code`, > Zitat, - Liste, ``` für einen Block Code',
    keys: {
      enter: 'Enter',
      shift: 'Umschalt',
      alt: 'Alt',
      ctrl: 'Strg',
      esc: 'Esc',
      del: 'Entf',
      home: 'Pos1',
      end: 'Ende',
    },
  },

  emoji: {
    label: 'Emoji',
    search: 'Emoji suchen (englisch)',
    loading: 'Emoji werden geholt…',
    none: (search) => `Nichts gefunden zu „${search}“`,
    groups: {
      0: 'Gesichter und Gefühle',
      1: 'Leute',
      3: 'Tiere und Natur',
      4: 'Essen und Trinken',
      5: 'Reisen und Orte',
      6: 'Unternehmungen',
      7: 'Dinge',
      8: 'Zeichen',
      9: 'Flaggen',
    },
    quick: 'Reaktionen',
  },

  notice: {
    deviceAdded: (name) =>
      `${name || 'Jemand'} hat jetzt ein weiteres Gerät, das unter diesem Namen liest und schreibt. Hast du das nicht erwartet, frag auf anderem Weg nach.`,
    deviceRemoved: (name) =>
      `${name || 'Jemand'} hat eins der eigenen Geräte entfernt. Was es von jetzt an sagt, wird nicht gezeigt.`,
    dismiss: 'Verstanden',
    unknown: 'In diesem Raum ist etwas Ungewöhnliches geschehen. Er geht weiter.',
    clockWrong: (about) =>
      about === undefined
        ? 'Die Uhr dieses Geräts geht wohl falsch. Bis sie gestellt ist, stehen Nachrichten vielleicht verkehrt.'
        : `Die Uhr dieses Geräts geht etwa ${about} falsch. Bis sie gestellt ist, stehen Nachrichten vielleicht verkehrt.`,
    relayKeyChanged: (about) =>
      `${about === undefined ? 'Das Relay' : `Das Relay ${about}`} hat einen neuen Schlüssel. Hat sein Betreiber das nicht angekündigt, antwortet vielleicht jemand anders. Deine Nachrichten bleiben so oder so versiegelt.`,
    relayRefused: () => 'Das Relay lässt diesen Raum gerade nicht ein. Direkt verbundene Leute reden weiter.',
    unanswered: () =>
      'Mitglieder dieses Raums sind hier und antworten dir nicht. Vielleicht bist du kein Mitglied mehr: Frag eins von ihnen auf anderem Weg.',
    storeFull: () =>
      'Dieser Browser hat keinen Platz mehr. Neue Nachrichten sind zu lesen, werden aber nicht behalten.',
    storeBroken: () =>
      'Etwas, das hier gespeichert war, ist beschädigt und wurde ausgelassen. Was die anderen davon haben, kommt von selbst wieder.',
    forkFound: (about) =>
      `${about ?? 'Jemand'} hat verschiedenen Leuten zweierlei Geschichte geschickt. Beide sind als Beweis aufgehoben, und was folgte, ist verborgen.`,
    linkRefused: (about) =>
      `Eine Verbindung zu ${about ?? 'jemandem'} wurde abgelehnt, weil ihr Beweis nicht stimmte. Nichts ging verloren.`,
    floodLimited: (about) =>
      `${about ?? 'Jemand'} schickt mehr, als ein Raum tragen kann. Diese Nachrichten werden gebremst.`,
  },
}
