/** Die Wörter der Mitgliederräume auf Deutsch: wer darin ist, wer hereinkommt, und wie sicher man sein kann. */
import type { RefusedReason, Verification } from '@kith/peer'
import { formats } from '../format.ts'
import type { MembersMessages } from '../members-en.ts'

const { plural, number, list } = formats('de')

/** Wie lange etwas noch dauert, in der größten Einheit, die passt. */
function lasting(ms: number): string {
  const minutes = Math.max(0, Math.ceil(ms / 60_000))
  if (minutes < 90) return plural(minutes, { one: '1 Minute', other: '# Minuten' })
  const hours = Math.round(minutes / 60)
  return hours < 48
    ? plural(hours, { one: '1 Stunde', other: '# Stunden' })
    : plural(Math.round(hours / 24), { one: '1 Tag', other: '# Tage' })
}

const verifiedByLevel: Readonly<
  Record<Verification['level'], (names: readonly string[], claim: string | undefined) => string>
> = {
  self: () => 'Das bist du',
  compared: () => 'Von dir verglichen',
  pin: () => 'Hat deine PIN bekommen',
  attested: (_names, claim) => `Bezeugt: ${claim ?? 'eine Adresse'}`,
  vouched: (names) => (names.length === 0 ? 'Verbürgt' : `Verbürgt von ${list(names)}`),
  none: () => 'Nicht geprüft',
  changed: () => 'Nicht der Schlüssel, den du verglichen hast',
}

const refusedBecause: Readonly<Record<RefusedReason, string>> = {
  expired: 'Diese Einladung ist abgelaufen. Bitte um eine neue.',
  used: 'Mit dieser Einladung ist schon jemand hereingekommen. Bitte um eine eigene.',
  revoked: 'Diese Einladung wurde zurückgenommen. Frag nach, was geschehen ist.',
  burnt: 'Zu viele falsche PINs: Diese Einladung öffnet nichts mehr. Bitte um eine neue.',
  declined: 'Jemand im Raum hat Nein gesagt. Frag, wer dich eingeladen hat.',
  unknown: 'Niemand im Raum kennt diese Einladung. Schau, ob der ganze Link kopiert wurde, oder bitte um eine neue.',
}

export const membersDe: MembersMessages = {
  lasting: (ms) => lasting(ms),

  person: {
    verified: (level, names, claim) => verifiedByLevel[level](names, claim),
    roles: { founder: 'Gründung', admin: 'Admin', member: 'Mitglied' },
    muted: 'Von dir stumm gestellt',
    hidden: 'Von dir verborgen',
    about: (name) => `Über ${name}`,
    inSince: (date) => `Drin seit ${date}`,
    addedBy: (name) => `Eingelassen von ${name}`,
    founded: 'Hat diesen Raum gemacht',
    vouches: 'Wer bürgt',
    methods: { pin: 'durch eine PIN', sas: 'durch Vergleichen', link: 'durch die Einladung' },
    vouch: (name, method) => `${name}, ${method}`,
    noVouches: 'Niemand hat gebürgt.',
    notMember: 'Kein Mitglied dieses Raums.',
    verifiedTitle: 'Wie sicher ist das?',
    explain: {
      self: 'Andere sehen dein Zeichen und deine Farbe neben deinem Namen.',
      compared: 'Ihr habt Zahlen verglichen: Niemand steht dazwischen.',
      pin: 'Die PIN, die du auf anderem Weg gesagt hast, war bekannt: Es ist die Person, der du sie gesagt hast.',
      attested: 'Ein Dienst, dem du glaubst, sagt, dass dieser Schlüssel zu dieser Adresse gehört.',
      vouched: 'Leute, denen du traust, haben sie getroffen. Du noch nicht.',
      none: 'Jeden Namen kann jeder annehmen. Vergleicht Zahlen, um sicher zu sein.',
      changed:
        'Du hast schon einmal mit jemandem dieses Namens Zahlen verglichen, und das ist ein anderer Schlüssel. Vielleicht ein neues Gerät, vielleicht jemand anders. Vergleich noch einmal, bevor du ihm traust.',
    },
    vouchFor: 'Bürgen',
    vouchHint: 'Dein Wort, dass du die Person kennst. Alle im Raum sehen es.',
    mute: 'Stumm stellen',
    unmute: 'Nicht mehr stumm stellen',
    hide: 'Nachrichten verbergen',
    show: 'Nachrichten zeigen',
    quietHint: 'Nur hier, nur für dich. Niemand erfährt davon.',
    makeAdmin: 'Zum Admin machen',
    makeMember: 'Zum einfachen Mitglied machen',
    remove: 'Aus dem Raum entfernen…',
    reach: 'Der Weg dorthin',
  },

  remove: {
    title: (name) => `${name} entfernen?`,
    body: 'Was gelesen ist, bleibt gelesen. Was von jetzt an gesagt wird, ist nicht mehr zu lesen, und niemand zeigt, was danach noch geschrieben wird.',
    fallsTitle: (count) =>
      plural(count, { one: '1 Person ist nur dadurch hier:', other: '# Leute sind nur dadurch hier:' }),
    vouchedBy: (names) => (names.length === 0 ? 'niemand bürgt' : `verbürgt von ${list(names)}`),
    without: 'Ohne Haken bleiben sie: Dann bürgst du für sie.',
    confirm: 'Entfernen',
    confirmMany: (count) => `${number(count)} Leute entfernen`,
    failed:
      'Niemand wurde entfernt: Die Regeln dieses Raums überlassen das jemand anderem, oder die Person ist schon fort.',
  },

  invite: {
    title: 'Jemanden einladen',
    lead: 'Jede Einladung lässt ein, wer sie hat, so oft du sagst. Mit PIN nur, wem du die Zahl sagst.',
    uses: 'Für wie viele',
    usesOf: (count) => plural(count, { one: '1 Person', other: '# Leute' }),
    lasts: 'Wie lange sie gilt',
    lastsFor: (ms) => lasting(ms),
    pin: 'Nach einer PIN fragen',
    pinHint: 'Wird der Link geöffnet, siehst du hier sechs Ziffern. Sag sie am Telefon oder im selben Zimmer.',
    noPinHint: 'Wer an den Link kommt, ist drin. Gut für eine Gruppe, die du ohnehin sicher erreichst.',
    make: 'Einladung machen',
    open: 'Offene Einladungen',
    state: (uses, ms) => `${plural(uses, { one: 'für 1 Person', other: 'für # Leute' })}, noch ${lasting(ms)}`,
    asksPin: 'mit PIN',
    byLink: 'ohne PIN',
    by: (name) => `Gemacht von ${name}`,
    show: 'Zeigen',
    revoke: 'Zurücknehmen',
    another: 'Noch eine machen',
    mayNot: 'In diesem Raum laden nur Admins ein. Bitte einen von ihnen.',
    failed: 'Es wurde keine Einladung gemacht. Versuch es gleich noch einmal.',
    keepOpen: 'Bleib hier, bis sie drin sind: Jemand muss die Tür öffnen.',
  },

  door: {
    title: 'An der Tür',
    wants: (name) => `${name} möchte hereinkommen`,
    lacks: (name, have, need) =>
      `${name} braucht ${plural(need - have, { one: 'noch 1 Bürgen', other: 'noch # Bürgen' })}, um hereinzukommen`,
    vouchedBy: (names) => `${list(names)} ${names.length === 1 ? 'bürgt' : 'bürgen'}`,
    showPin: 'PIN zeigen',
    vouch: 'Ohne PIN bürgen',
    decline: 'Wegschicken',
    pin: 'Sag diese PIN am Telefon oder im selben Zimmer. Nicht in einem Chat.',
    pinLeft: (seconds) => `gilt ${plural(seconds, { one: '1 Sekunde', other: '# Sekunden' })}`,
    pinOver: 'Diese PIN ist vorbei. Zeig eine andere, wenn es so weit ist.',
    tries: (left) => plural(left, { one: 'noch 1 Versuch', other: 'noch # Versuche' }),
    wrong: (count) =>
      plural(count, { one: 'Eine falsche PIN wurde eingegeben.', other: '# falsche PINs wurden eingegeben.' }),
    away: 'Gerade nicht verbunden.',
    spoken: (digits) => `PIN ${digits.split('').join(' ')}`,
  },

  entering: {
    meeting: 'Klopft an…',
    meetingLead: 'Sucht jemanden im Raum, der öffnen kann. Jemand muss online sein; lass diese Seite offen.',
    pin: 'Gib die PIN ein',
    pinLead: (by) =>
      `${by === '' ? 'Wer dich eingeladen hat,' : by} sieht sechs Ziffern. Frag am Telefon oder im selben Zimmer danach und tipp sie hier ein.`,
    pinLabel: 'PIN, sechs Ziffern',
    enter: 'Eintreten',
    checking: 'Prüft…',
    wrong: (left) =>
      `Das war nicht die PIN. ${plural(left, { one: 'Ein Versuch bleibt: Frag noch einmal nach der Zahl, bevor du ihn nutzt.', other: 'Noch # Versuche.' })}`,
    malformed: 'Eine PIN hat sechs Ziffern.',
    vouches: 'Fast drin',
    vouchesLead: (have, need) =>
      `${number(have)} von ${number(need)} Mitgliedern bürgen für dich. Dieser Raum will ${number(need)}: Noch jemand muss dich treffen. Lass diese Seite offen.`,
    refused: 'Nicht eingelassen',
    refusedWhy: (reason) => refusedBecause[reason],
    forget: 'Diese Einladung vergessen',
    invited: 'Du bist eingeladen',
    invitedLead:
      'In einen Mitgliederraum: Die Leute darin entscheiden, wer kommt. Sie sehen den Namen, den du dir hier gibst.',
    yourName: 'Dein Name',
    go: 'Anklopfen',
    goHint: 'Niemand außer den Leuten im Raum erfährt, dass du da warst.',
  },

  moved: {
    title: 'Dieser Raum geht anderswo weiter',
    by: (name) => `${name || 'Jemand'} hat einen Mitgliederraum für die Leute hier gemacht.`,
    byMe: 'Du hast einen Mitgliederraum für die Leute hier gemacht.',
    bySome: (name) => `${name || 'Jemand'} hat für einige der Leute hier einen Mitgliederraum gemacht.`,
    hint: 'Dort wirst du mit einer PIN eingelassen. Was hier gesagt wurde, bleibt hier.',
    hintChosen: 'Du wirst dort erwartet: ohne PIN. Was hier gesagt wurde, bleibt hier.',
    hintSome: 'Wenn du dazugehörst, bitte um eine Einladung.',
    hintMe: 'Wer folgt, klopft dort an die Tür.',
    go: 'Dorthin',
    failed: 'Das ging gerade nicht. Versuch es gleich noch einmal.',
    settings: 'In einen Mitgliederraum umziehen',
    settingsHint:
      'Wer den Link dieses Raums hat, liest ihn für immer. In einem Mitgliederraum entscheiden die Mitglieder, wer kommt und wer geht.',
    settingsDo: 'Umziehen…',
    alongTitle: 'Wer kommt mit?',
    alongHint:
      'Sie werden ohne PIN eingelassen. Wen du auslässt, erfährt, dass ihr gegangen seid, und nicht wohin. Lässt du niemanden aus, sehen auch Leute den Weg, die später hierherkommen, und werden nach einer PIN gefragt.',
    alongNobody: 'Bisher war sonst niemand hier. Wer kommt, sieht den Weg und wird nach einer PIN gefragt.',
    settingsSure: 'Machen und den Leuten hier sagen',
    cancel: 'Abbrechen',
  },
  slow: (seconds) =>
    seconds < 90
      ? `Langsam: Du kannst in ${plural(seconds, { one: 'einer Sekunde', other: '# Sekunden' })} wieder schreiben.`
      : `Langsam: Du kannst in ${number(Math.ceil(seconds / 60))} Minuten wieder schreiben.`,
  standing: {
    revoked: 'Dein Hauptgerät hat dieses entfernt. Was bis dahin gesagt wurde, ist zu lesen; mehr kommt nicht.',
    removed: (by) =>
      `${by === '' ? 'Jemand' : by} hat dich aus diesem Raum entfernt. Was du gelesen hast, bleibt hier; mehr kommt nicht.`,
    left: 'Du hast diesen Raum verlassen. Was du gelesen hast, bleibt hier; mehr kommt nicht.',
    mayNotPost: 'In diesem Raum schreiben nur Admins.',
    slow: (seconds) =>
      `Langsam: Du kannst in ${plural(seconds, { one: '1 Sekunde', other: '# Sekunden' })} wieder schreiben.`,
  },

  held: {
    title: 'Wartet aufs Hinausgehen',
    files: (count) => plural(count, { one: '1 Datei', other: '# Dateien' }),
    why: 'Der Raum bekommt einen neuen Schlüssel. Das geht gleich von selbst hinaus.',
  },

  changed: {
    one: (name) => `${name} hat hier einen anderen Schlüssel als ${name}, mit dem du Zahlen verglichen hast.`,
    hint: 'Vielleicht ein neues Gerät, vielleicht jemand, der den Namen genommen hat. Sag nichts Geheimes, bevor ihr wieder verglichen habt.',
    compare: 'Jetzt vergleichen',
  },

  policy: {
    title: 'Regeln des Raums',
    readOnly: 'Gründung und Admins legen sie fest.',
    whoMayAdd: 'Wer einladen darf',
    whoMayPost: 'Wer schreiben darf',
    whom: { members: 'Alle', admins: 'Admins' },
    vouches: 'Bürgen für Neue',
    vouchesHint: 'So viele Mitglieder müssen jemanden treffen, bevor er drin ist.',
    history: 'Was Neue lesen können',
    histories: {
      all: 'Alles',
      days: (days) => plural(days, { one: 'Den letzten Tag', other: 'Die letzten # Tage' }),
      sinceJoin: 'Nur, was danach kommt',
    },
    historyHint: 'Bei Tagen werden ältere Schlüssel und Nachrichten auf jedem Gerät gelöscht.',
    slow: 'Langsam',
    slowOff: 'Aus',
    slowEvery: (seconds) =>
      seconds < 60 ? `Eine Nachricht in ${number(seconds)} s` : `Eine Nachricht in ${number(seconds / 60)} min`,
    slowHint: 'Für alle außer Admins. Was schneller kommt, wird niemandem gezeigt.',
    failed: 'Die Regel wurde nicht geändert. Versuch es gleich noch einmal.',
    own: 'Nur für dich',
    edgeRule: 'Mit wem sich dein Gerät verbindet',
    edgeRules: { trusted: 'Verbürgte', own: 'Von dir Geprüfte' },
    edgeHints: {
      trusted: 'Alle, für die genug Leute gebürgt haben, denen du traust.',
      own: 'Nur Leute, mit denen du eine PIN oder Zahlen verglichen hast. Was die anderen schreiben, erreicht dich trotzdem, über sie; die Karte zeigt die Lücken.',
    },
    removed: 'Aus diesem Raum entfernt',
    removedBy: (name, by, date) => `${name}, von ${by}, ${date}`,
    leftOn: (name, date) => `${name} ging, ${date}`,
    leave: 'Den Raum verlassen',
    leaveHint: 'Die anderen sehen, dass du gegangen bist. Um zurückzukommen, brauchst du eine neue Einladung.',
    leaveTitle: (room) => `${room} verlassen?`,
    leaveBody: 'Was von da an gesagt wird, kannst du nicht lesen. Was hier ist, bleibt, bis du es löschst.',
    who: (count, verifiedCount) =>
      `Mitgliederraum: ${plural(count, { one: '1 Person', other: '# Leute' })}, ${number(verifiedCount)} von dir geprüft. Sie entscheiden, wer kommt.`,
  },
}
