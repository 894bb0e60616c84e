/** Les mots des salons à membres en français : qui y est, qui y entre, et à quel point on peut être sûr. */
import type { RefusedReason, Verification } from '@kith/peer'
import { formats } from '../format.ts'
import type { MembersMessages } from '../members-en.ts'

const { plural, number, list } = formats('fr')

/** Combien de temps encore, dans la plus grande unité qui convient. */
function lasting(ms: number): string {
  const minutes = Math.max(0, Math.ceil(ms / 60_000))
  if (minutes < 90) return plural(minutes, { one: '# minute', other: '# minutes' })
  const hours = Math.round(minutes / 60)
  return hours < 48
    ? plural(hours, { one: '# heure', other: '# heures' })
    : plural(Math.round(hours / 24), { one: '# jour', other: '# jours' })
}

const verifiedByLevel: Readonly<
  Record<Verification['level'], (names: readonly string[], claim: string | undefined) => string>
> = {
  self: () => 'C’est toi',
  compared: () => 'Comparé par toi',
  pin: () => 'A reçu ton PIN',
  attested: (_names, claim) => `Attesté : ${claim ?? 'une adresse'}`,
  vouched: (names) => (names.length === 0 ? 'A des garants' : `Garants : ${list(names)}`),
  none: () => 'Pas vérifié',
  changed: () => 'Pas la clé que tu as comparée',
}

const refusedBecause: Readonly<Record<RefusedReason, string>> = {
  expired: 'Cette invitation est périmée. Demandes-en une nouvelle à qui l’a envoyée.',
  used: 'Quelqu’un est déjà entré par cette invitation. Demandes-en une à toi.',
  revoked: 'Cette invitation a été reprise. Demande à qui l’a envoyée ce qui s’est passé.',
  burnt: 'Trop de PIN faux : cette invitation n’ouvre plus rien. Demandes-en une nouvelle.',
  declined: 'Quelqu’un du salon a dit non. Demande à qui t’a invité.',
  unknown:
    'Personne dans le salon ne connaît cette invitation. Regarde si le lien a été copié en entier, ou demandes-en une nouvelle.',
}

export const membersFr: MembersMessages = {
  lasting: (ms) => lasting(ms),

  person: {
    verified: (level, names, claim) => verifiedByLevel[level](names, claim),
    roles: { founder: 'À l’origine', admin: 'Admin', member: 'Membre' },
    muted: 'En sourdine chez toi',
    hidden: 'Caché chez toi',
    about: (name) => `À propos de ${name}`,
    inSince: (date) => `Ici depuis ${date}`,
    addedBy: (name) => `Entré grâce à ${name}`,
    founded: 'A créé ce salon',
    vouches: 'Qui s’en porte garant',
    methods: { pin: 'par un PIN', sas: 'en comparant des nombres', link: 'en envoyant l’invitation' },
    vouch: (name, method) => `${name}, ${method}`,
    noVouches: 'Personne ne s’est porté garant.',
    notMember: 'Pas membre de ce salon.',
    verifiedTitle: 'À quel point est-ce sûr ?',
    explain: {
      self: 'Les autres voient ta marque et ta couleur à côté de ton nom.',
      compared: 'Vous avez comparé des nombres : personne n’est entre vous.',
      pin: 'Le PIN que tu as donné par un autre moyen était connu : c’est bien la personne à qui tu l’as dit.',
      attested: 'Un service que tu crois dit que cette clé est à cette adresse.',
      vouched: 'Des gens que tu crois ont rencontré cette personne. Toi pas encore.',
      none: 'N’importe qui peut prendre n’importe quel nom. Comparez des nombres pour être sûrs.',
      changed:
        'Tu as déjà comparé des nombres avec quelqu’un de ce nom, et voici une autre clé. C’est peut-être un nouvel appareil, ou quelqu’un d’autre. Compare de nouveau avant de t’y fier.',
    },
    vouchFor: 'Se porter garant',
    vouchHint: 'Ta parole que tu connais cette personne. Tout le salon la voit.',
    mute: 'Mettre en sourdine',
    unmute: 'Enlever la sourdine',
    hide: 'Cacher ce qui est écrit',
    show: 'Montrer ce qui est écrit',
    quietHint: 'Seulement ici, seulement pour toi. Personne n’est prévenu.',
    makeAdmin: 'Faire admin',
    makeMember: 'Faire simple membre',
    remove: 'Retirer du salon…',
    reach: 'Comment on l’atteint',
  },

  remove: {
    title: (name) => `Retirer ${name} ?`,
    body: 'Ce qui est lu reste lu. Rien de ce qui se dit désormais ne lui sera lisible, et personne ne montre ce qui serait écrit ensuite.',
    fallsTitle: (count) =>
      plural(count, {
        one: '# personne n’est ici que par ce lien :',
        other: '# personnes ne sont ici que par ce lien :',
      }),
    vouchedBy: (names) => (names.length === 0 ? 'sans garant' : `garants : ${list(names)}`),
    without: 'Décochées, elles restent : c’est alors toi leur garant.',
    confirm: 'Retirer',
    confirmMany: (count) => `Retirer ${number(count)} personnes`,
    failed: 'Personne n’a été retiré : les règles de ce salon laissent cela à quelqu’un d’autre, ou c’est déjà parti.',
  },

  invite: {
    title: 'Inviter quelqu’un',
    lead: 'Chaque invitation laisse entrer qui l’a, autant de fois que tu dis. Avec un PIN, seulement qui reçoit de toi le nombre.',
    uses: 'Pour combien de personnes',
    usesOf: (count) => plural(count, { one: '# personne', other: '# personnes' }),
    lasts: 'Combien de temps elle dure',
    lastsFor: (ms) => lasting(ms),
    pin: 'Demander un PIN',
    pinHint: 'Quand le lien est ouvert, tu vois six chiffres ici. Dis-les au téléphone ou en personne.',
    noPinHint: 'Qui met la main sur le lien est entré. Bien pour un groupe que tu atteins déjà sûrement.',
    make: 'Faire l’invitation',
    open: 'Invitations ouvertes',
    state: (uses, ms) =>
      `${plural(uses, { one: 'pour # personne encore', other: 'pour # personnes encore' })}, il reste ${lasting(ms)}`,
    asksPin: 'avec un PIN',
    byLink: 'sans PIN',
    by: (name) => `Faite par ${name}`,
    show: 'Montrer',
    revoke: 'Reprendre',
    another: 'En faire une autre',
    mayNot: 'Dans ce salon seuls les admins invitent. Demande à l’un d’eux.',
    failed: 'Aucune invitation n’a été faite. Réessaie dans un instant.',
    keepOpen: 'Reste ici jusqu’à ce qu’ils soient entrés : quelqu’un doit ouvrir la porte.',
  },

  door: {
    title: 'À la porte',
    wants: (name) => `${name} veut entrer`,
    lacks: (name, have, need) =>
      `Il faut à ${name} ${plural(need - have, { one: '# garant de plus', other: '# garants de plus' })} pour entrer`,
    vouchedBy: (names) => `${list(names)} ${names.length === 1 ? 'se porte garant' : 'se portent garants'}`,
    showPin: 'Montrer un PIN',
    vouch: 'Garant sans PIN',
    decline: 'Renvoyer',
    pin: 'Dis ce PIN au téléphone ou en personne. Pas dans un chat.',
    pinLeft: (seconds) => `valable ${plural(seconds, { one: '# seconde', other: '# secondes' })}`,
    pinOver: 'Ce PIN est passé. Montres-en un autre le moment venu.',
    tries: (left) => plural(left, { one: 'encore # essai', other: 'encore # essais' }),
    wrong: (count) => plural(count, { one: '# PIN faux a été entré.', other: '# PIN faux ont été entrés.' }),
    away: 'Pas relié en ce moment.',
    spoken: (digits) => `PIN ${digits.split('').join(' ')}`,
  },

  entering: {
    meeting: 'On frappe…',
    meetingLead:
      'À la recherche de quelqu’un du salon qui peut ouvrir. Il faut que quelqu’un soit en ligne ; garde cette page ouverte.',
    pin: 'Entre le PIN',
    pinLead: (by) =>
      `${by === '' ? 'Qui t’a invité' : by} voit six chiffres. Demande-les au téléphone ou en personne, et tape-les ici.`,
    pinLabel: 'PIN, six chiffres',
    enter: 'Entrer',
    checking: 'Vérification…',
    wrong: (left) =>
      `Ce n’était pas le PIN. ${plural(left, { one: 'Il reste # essai : redemande le nombre avant de t’en servir.', other: 'Il reste # essais.' })}`,
    malformed: 'Un PIN, c’est six chiffres.',
    vouches: 'Presque entré',
    vouchesLead: (have, need) =>
      `${number(have)} membres sur ${number(need)} se sont portés garants. Ce salon en demande ${number(need)} : il faut en rencontrer encore un. Garde cette page ouverte.`,
    refused: 'Pas admis',
    refusedWhy: (reason) => refusedBecause[reason],
    forget: 'Oublier cette invitation',
    invited: 'On t’invite',
    invitedLead:
      'Dans un salon à membres : ceux qui y sont décident qui vient. Ils voient le nom que tu te donnes ici.',
    yourName: 'Ton nom',
    go: 'Frapper',
    goHint: 'Personne d’autre que les gens du salon n’apprend que tu es venu.',
  },

  moved: {
    title: 'Ce salon continue ailleurs',
    by: (name) => `${name || 'Quelqu’un'} a fait un salon à membres pour les gens d’ici.`,
    byMe: 'Tu as fait un salon à membres pour les gens d’ici.',
    bySome: (name) => `${name || 'Quelqu’un'} a fait un salon à membres pour certaines personnes d’ici.`,
    hint: 'On t’y laisse entrer par un PIN. Ce qui s’est dit ici reste ici.',
    hintChosen: 'On t’y attend : aucun PIN n’est demandé. Ce qui s’est dit ici reste ici.',
    hintSome: 'Si ta place est là-bas, demande une invitation.',
    hintMe: 'Qui te suit frappe à sa porte.',
    go: 'Y aller',
    failed: 'Cela n’a pas marché en ce moment. Réessaie dans un instant.',
    settings: 'Passer à un salon à membres',
    settingsHint:
      'Qui a le lien de ce salon le lit pour toujours. Dans un salon à membres ses membres décident qui entre et qui sort.',
    settingsDo: 'Passer…',
    alongTitle: 'Qui vient avec toi ?',
    alongHint:
      'Ces personnes entrent sans PIN. Qui tu laisses de côté apprend que vous êtes partis, et non où. Si tu ne laisses personne de côté, qui vient ici plus tard voit aussi le chemin, et un PIN lui est demandé.',
    alongNobody: 'Personne d’autre n’était ici jusqu’à présent. Qui vient voit le chemin, et un PIN lui est demandé.',
    settingsSure: 'Le faire et prévenir les gens d’ici',
    cancel: 'Annuler',
  },
  slow: (seconds) =>
    seconds < 90
      ? `Mode lent : tu pourras écrire dans ${plural(seconds, { one: '# seconde', other: '# secondes' })}.`
      : `Mode lent : tu pourras écrire dans ${number(Math.ceil(seconds / 60))} minutes.`,
  standing: {
    revoked: 'Ton appareil principal a retiré celui-ci. Ce qui s’est dit jusque-là se lit ; rien de plus ne vient.',
    removed: (by) =>
      `${by === '' ? 'Quelqu’un' : by} t’a retiré de ce salon. Ce que tu as lu reste ici ; rien de plus ne vient.`,
    left: 'Tu as quitté ce salon. Ce que tu as lu reste ici ; rien de plus ne vient.',
    mayNotPost: 'Dans ce salon, seuls les admins écrivent.',
    slow: (seconds) =>
      `Mode lent : tu pourras écrire dans ${plural(seconds, { one: '# seconde', other: '# secondes' })}.`,
  },

  held: {
    title: 'Attend de partir',
    files: (count) => plural(count, { one: '# fichier', other: '# fichiers' }),
    why: 'Le salon reçoit une nouvelle clé. Ceci part tout seul dans un instant.',
  },

  changed: {
    one: (name) => `${name} a ici une autre clé que ${name} avec qui tu as comparé des nombres.`,
    hint: 'C’est peut-être un nouvel appareil, ou quelqu’un qui a pris le nom. Ne dis rien de secret avant d’avoir comparé de nouveau.',
    compare: 'Comparer maintenant',
  },

  policy: {
    title: 'Règles du salon',
    readOnly: 'Qui l’a créé et les admins les fixent.',
    whoMayAdd: 'Qui peut inviter',
    whoMayPost: 'Qui peut écrire',
    whom: { members: 'Tout le monde', admins: 'Admins' },
    vouches: 'Garants pour entrer',
    vouchesHint: 'Autant de membres doivent rencontrer quelqu’un avant son entrée.',
    history: 'Ce que les nouveaux peuvent lire',
    histories: {
      all: 'Tout',
      days: (days) => plural(days, { one: 'Le dernier jour', other: 'Les # derniers jours' }),
      sinceJoin: 'Seulement ce qui vient après',
    },
    historyHint: 'Avec des jours, les clés et messages plus anciens sont effacés sur chaque appareil.',
    slow: 'Mode lent',
    slowOff: 'Non',
    slowEvery: (seconds) =>
      seconds < 60 ? `Un message en ${number(seconds)} s` : `Un message en ${number(seconds / 60)} min`,
    slowHint: 'Pour tous sauf les admins. Ce qui vient plus vite n’est montré à personne.',
    failed: 'La règle n’a pas été changée. Réessaie dans un instant.',
    own: 'Seulement pour toi',
    edgeRule: 'Avec qui ton appareil se relie',
    edgeRules: { trusted: 'Avec garants', own: 'Vérifiés par toi' },
    edgeHints: {
      trusted: 'Tous ceux dont assez de gens que tu crois se portent garants.',
      own: 'Seulement ceux avec qui tu as échangé un PIN ou comparé des nombres. Ce qu’écrivent les autres te parvient quand même, par eux ; la carte montre les trous.',
    },
    removed: 'Retirés de ce salon',
    removedBy: (name, by, date) => `${name}, par ${by}, ${date}`,
    leftOn: (name, date) => `${name} est parti, ${date}`,
    leave: 'Quitter le salon',
    leaveHint: 'Les autres voient que tu es parti. Pour revenir il te faut une nouvelle invitation.',
    leaveTitle: (room) => `Quitter ${room} ?`,
    leaveBody: 'Tu ne pourras rien lire de ce qui se dira ensuite. Ce qui est ici reste jusqu’à ce que tu l’effaces.',
    who: (count, verifiedCount) =>
      `Salon à membres : ${plural(count, { one: '# personne', other: '# personnes' })}, ${number(verifiedCount)} vérifiées par toi. Elles décident qui entre.`,
  },
}
