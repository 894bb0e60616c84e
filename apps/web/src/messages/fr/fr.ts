/** Tous les mots de l'application web en français. Ton : simple, court, aimable ; ce qui s'est passé et que faire. */
import type { Messages } from '../catalogue.ts'
import { formats, type Formats } from '../format.ts'
import { filesFr } from './files.ts'
import { identityFr } from './identity.ts'
import { keepersFr } from './keepers.ts'
import { mapFr } from './map.ts'
import { membersFr } from './members.ts'
import { notifyFr } from './notify.ts'
import { searchFr } from './search.ts'

const intl: Formats = formats('fr')
// En français, zéro est au singulier aussi : le nombre est toujours écrit.
const { plural, number, list } = intl

export const fr: Messages = {
  locale: 'fr',
  get format(): Formats {
    return intl
  },
  parts: {
    files: filesFr,
    identity: identityFr,
    keepers: keepersFr,
    map: mapFr,
    notify: notifyFr,
    members: membersFr,
    search: searchFr,
  },

  app: {
    name: 'Kith',
    claim: 'Un chat qui appartient à celles et ceux qui y sont.',
    title: (room, news) => `${news > 0 ? `(${number(news)}) ` : ''}${room === undefined ? '' : `${room} · `}Kith`,
    oneBack: 'Retour',
    back: 'Retour à tes salons',
    close: 'Fermer',
    cancel: 'Annuler',
    save: 'Enregistrer',
    opening: 'Ouverture…',
    broken: 'Quelque chose ne marche plus sur cette page. Ce que tu as écrit est en sûreté ; recharger la page aide.',
    missing: 'Pas encore sur cet appareil',
    partAway:
      'Cette partie de Kith est encore chez le relais, qui ne répond pas. Elle sera chargée dès son retour ; en attendant, les messages continuent.',
    renewed: 'Une nouvelle version de Kith est là. Elle se charge ; ce que vous écriviez est gardé.',
    reload: 'Recharger',
    notLoaded: 'Kith n’a pas pu être chargé en entier.',
    notLoadedHelp: 'La connexion s’est interrompue, ou le relais ne répond pas.',
    tryAgain: 'Réessayer',
    cannotStart: 'Kith n’a pas pu ouvrir son stockage dans ce navigateur.',
    cannotStartHelp:
      'C’est en général une fenêtre privée ou un disque plein. Fais de la place, ou prends une autre fenêtre, et recharge.',
  },

  start: {
    nameLabel: 'Ton nom',
    nameHint: 'Les autres le voient. Change-le quand tu veux.',
    newRoom: 'Nouveau salon',
    kind: 'Qui peut entrer',
    kinds: { open: 'Salon ouvert', members: 'À membres' },
    kindHints: { open: 'Qui a le lien peut lire.', members: 'Tu décides qui entre.' },
    makeOrJoin: 'Nouveau salon ou lien',
    joinLabel: 'Tu as un lien ?',
    joinPlaceholder: 'Colle le lien',
    join: 'Entrer',
    notALink: 'Ce n’est pas le lien d’un salon. Un lien entier finit par # et 43 lettres et chiffres.',
    couldNotMake: 'Le salon n’a pas pu être créé : ce navigateur n’a plus de place. Libères-en et réessaie.',
    couldNotJoin: 'Le salon n’a pas pu être ouvert : ce navigateur n’a plus de place. Libères-en et réessaie.',
    notHere:
      'Ce salon à membres n’est pas sur cet appareil. Pour entrer, demande une invitation à quelqu’un qui y est.',
    rooms: 'Tes salons',
    anotherName: 'Proposer un autre nom',
    settings: 'Réglages',
    help: 'Clavier et aide',
    protection: 'Seuls les gens d’un salon peuvent lire ce qui s’y dit.',
    protectionMore: 'Comment ça marche',
    installed: 'Une version plus récente de Kith est là.',
    update: 'L’utiliser',
  },

  // En français le nom vient d'abord : l'animal, puis comment il est.
  names: {
    qualities:
      'Blaireau Bison Castor Cygne Dauphin Faucon Furet Gecko Geai Grillon Hérisson Héron Hibou Lapin Loir Loup Lynx Martinet Merle Mulot Ours Panda Pinson Pluvier Puma Renard Ragondin Triton Vanneau Zèbre',
    creatures:
      'Agile Aimable Alerte Brave Calme Candide Chic Comique Curieux Doré Doux Énergique Espiègle Fidèle Gai Habile Honnête Joyeux Leste Malin Matinal Paisible Patient Rapide Rusé Sage Sauvage Serein Sincère Sympathique Tendre Vif',
  },

  room: {
    moreNotices: (count) => plural(count, { one: '1 de plus', other: '# de plus' }),
    unnamed: 'Nouveau salon',
    withNames: (names, more) =>
      list(more > 0 ? [...names, plural(more, { one: '# autre', other: '# autres' })] : names),
    people: 'Personnes et chemins',
    map: 'Carte du salon',
    invite: 'Inviter',
    search: 'Chercher',
    settings: 'Réglages du salon',
    yourRooms: 'Tes salons',
    noMessages: 'Rien de dit encore',
    deletedBrief: 'Message supprimé',
    you: 'Toi',
    mentioned: 'on te mentionne',
    unread: (count) => plural(count, { one: '# message non lu', other: '# messages non lus' }),
  },

  status: {
    keepers: (count) => plural(count, { one: '# gardien', other: '# gardiens' }),
    loading: 'Ouverture de ce qui est ici…',
    joining: 'À la recherche des autres…',
    alone: 'Toi seulement, pour l’instant',
    nobody: 'Personne d’autre n’est ici en ce moment',
    unanswered: 'Des membres sont ici et ne te répondent pas',
    people: (count) => plural(count, { one: '# personne ici', other: '# personnes ici' }),
    reaching: (count) => `${number(count)} pas encore atteints`,
    catchingUp: (have, total) => `Rattrapage : ${number(have)} sur ${number(total)}`,
    offline: 'Hors ligne. Ce que tu écris attend ici.',
    relayAwayDirect: (direct, total) =>
      direct === total
        ? 'Relais absent. Tous reliés directement.'
        : `Relais absent. Reliés directement : ${number(direct)} sur ${number(total)}.`,
    gaps: (count) => plural(count, { one: '# message manque', other: '# messages manquent' }),
    members: (count, verified) =>
      `Membres : ${plural(count, { one: '# personne', other: '# personnes' })}, ${number(verified)} vérifiées par toi`,
    hereNow: (count) => `${number(count)} ici`,
    entering: 'En chemin',
    removed: 'Tu n’es plus dans ce salon',
  },

  path: {
    me: 'toi',
    direct: 'Relié directement',
    relay: 'Par le relais',
    through: 'Par un autre membre',
    throughName: (name) => `Par ${name}`,
    here: 'Atteint par d’autres',
    reaching: 'Pas encore atteint',
    whyAway: 'Pourquoi ?',
    how: (name) => ` : comment est-ce que j’atteins ${name} ?`,
    why: (name) => ` : pourquoi est-ce que je n’atteins pas ${name} ?`,
    rtt: (ms) => `${number(Math.round(ms))} ms`,
    programs: (count) => plural(count, { one: '# fenêtre', other: '# fenêtres' }),
    terminal: 'dans un terminal',
  },

  people: {
    title: 'Personnes',
    ring: (count, direct) =>
      `Dessin du salon : ${plural(count, { one: '# personne', other: '# personnes' })}, ${number(direct)} reliées directement`,
    legend:
      'Un trait plein est une liaison directe, un pointillé passe par le relais, un trait fin par un autre membre. Pas de trait : pas atteint.',
    here: 'Ici maintenant',
    keeper: { blind: 'gardien, ne peut pas lire', reader: 'gardien qui peut lire' },
    away: 'Absents',
    typing: 'écrit',
    key: 'La marque et la couleur viennent de la clé. Un inconnu du même nom a un autre aspect.',
    invite: 'Inviter quelqu’un',
  },

  timeline: {
    label: (room) => `Messages dans ${room}`,
    beginning: (room) => `Ici commence ${room}`,
    beginningWith: (names) => `Ici commence ton salon avec ${names}`,
    beginningTwo: (name) => `${name} et toi, et personne d’autre`,
    protection: 'Chiffré entre les gens du salon. Le relais passe des enveloppes scellées et n’en garde aucune.',
    older: 'Les messages plus anciens sont en chemin',
    missing: (count) =>
      plural(count, {
        one: '# message manque : personne ici ne l’a. Il revient quand quelqu’un qui l’a ouvre le salon.',
        other: '# messages manquent : personne ici ne les a. Ils reviennent quand quelqu’un qui les a ouvre le salon.',
      }),
    newMessages: 'Nouveau',
    jump: 'Aller au message le plus récent',
    jumpUnread: (count) => plural(count, { one: '# nouveau message', other: '# nouveaux messages' }),
    edited: 'modifié',
    deleted: 'Ce message a été supprimé',
    deletedMine: 'Tu as supprimé ce message',
    answeredMissing: 'Un message qui n’est pas encore ici',
    answeredDeleted: 'Un message supprimé',
    jumpToAnswered: (name) => `Aller au message de ${name} auquel ceci répond`,
    message: (name, time) => `${name}, ${time}`,
    announce: (name, text) => `${name} : ${text}`,
    announceMany: (count) => plural(count, { one: '# nouveau message', other: '# nouveaux messages' }),
    actions: 'Que faire du message',
    react: 'Réagir',
    reply: 'Répondre',
    edit: 'Modifier',
    remove: 'Supprimer',
    copy: 'Copier le texte',
    selectText: 'Sélectionner du texte',
    more: 'Plus',
    moreEmoji: 'Plus d’emoji',
    copyCode: 'Copier le code',
    copied: 'Copié',
    code: 'Code',
    imageLink: (alt) => (alt === '' ? 'Image' : `Image : ${alt}`),
  },

  pins: {
    title: 'Messages épinglés',
    pin: 'Épingler pour tout le monde',
    unpin: 'Ne plus épingler',
    pinned: 'Épinglé',
    goTo: (name, text) => `Aller au message épinglé. ${name} : ${text}`,
    all: (count) => (count === 1 ? 'Voir' : `Les ${number(count)}`),
    allLabel: (count) => plural(count, { one: 'Voir le message épinglé', other: 'Voir les # messages épinglés' }),
    by: (name) => `Épinglé par ${name}`,
    byMe: 'Épinglé par toi',
    none: 'Plus rien n’est épinglé.',
  },

  sent: {
    kinds: {
      picture: 'une image',
      film: 'une vidéo',
      voice: 'un message vocal',
      sound: 'un son',
      other: 'un fichier',
    },
    named: (name) => `un fichier, ${name}`,
    many: (count) => plural(count, { one: '# fichier', other: '# fichiers' }),
  },

  remove: {
    title: 'Supprimer ce message ?',
    body: 'Il disparaît chez tous ceux dont le Kith l’apprend. Qui l’a déjà lu s’en souvient peut-être.',
    confirm: 'Supprimer',
  },

  delivery: {
    label: 'Jusqu’où ce message est allé',
    waiting: 'En attente',
    sent: 'Envoyé',
    stored: 'Gardé par d’autres',
    waitingLong: 'Il attend sur cet appareil et part dès que quelqu’un peut être atteint.',
    sentLong: 'Il a quitté cet appareil. Personne n’a encore dit l’avoir.',
    storedLong: (people, keepers) => {
      const kept = plural(keepers, { one: 'conservé par # gardien', other: 'conservé par # gardiens' })
      if (people === 0) return `Personne d’autre ne l’a encore, mais il est ${kept} pour qui viendra.`
      const held = plural(people, { one: '# autre personne l’a', other: '# autres personnes l’ont' })
      return keepers === 0 ? `${held}.` : `${held}, et il est ${kept}.`
    },
    receipt: 'Le relais a signé un reçu : il a vu ce message scellé, et quand.',
    noReceipt: 'Il n’y a pas de reçu d’un relais ; il n’en a pas besoin.',
  },

  composer: {
    label: (room) => `Message à ${room}`,
    placeholder: (room) => `Message à ${room}`,
    placeholderShort: 'Message',
    send: 'Envoyer',
    saveEdit: 'Enregistrer la modification',
    emoji: 'Emoji',
    replyingTo: (name) => `Réponse à ${name}`,
    editing: 'Tu modifies ton message',
    stopReply: 'Ne plus répondre',
    stopEdit: 'Ne plus modifier',
    typing: (names) => {
      if (names.length > 3) return 'Plusieurs personnes écrivent'
      return `${list(names)} ${names.length === 1 ? 'écrit' : 'écrivent'}`
    },
    youAre: (name) => `Ici, tu es ${name}.`,
    changeName: 'Changer de nom',
    refused: 'Ce n’est pas parti ; c’est encore dans le champ. Réessaie dans un instant.',
    refusedFull: 'Ce n’est pas parti : le stockage de ce navigateur est plein. Libère de la place et réessaie.',
    refusedLong: 'Ce n’est pas parti : c’est trop long pour un seul message. Coupe-le en deux.',
  },

  invite: {
    title: 'Inviter',
    lead: 'Qui a ce lien peut entrer, et lire ce qui s’est dit avant.',
    aloneTitle: 'Tu es là avant tout le monde',
    aloneTwo: (name) => `${name} reçoit ce que tu écris ici dès son arrivée.`,
    aloneLead: 'Envoie ce lien à qui doit venir. C’est la seule clé.',
    aloneMembers: 'Personne n’entre sans que tu le dises. Fais une invitation pour qui doit venir.',
    link: 'Lien de ce salon',
    copy: 'Copier le lien',
    copied: 'Lien copié',
    share: 'Partager',
    qr: 'Code QR du lien',
    care: 'Envoie-le seulement là où personne d’autre ne le lit.',
    shareText: 'Viens parler',
    selectIt: 'Copier n’est pas permis ici. Le lien est sélectionné : appuie sur Ctrl+C.',
  },

  roomSettings: {
    title: 'Réglages du salon',
    sections: {
      names: 'Noms',
      access: 'Qui entre',
      keeping: 'Relais et gardiens',
      leaving: 'Exporter et quitter',
    },
    name: 'Comment tu appelles ce salon',
    nameHint: 'Toi seulement le vois.',
    yourName: 'Ton nom dans ce salon',
    yourNameHint: 'Les autres le voient à partir de ton prochain message.',
    open: 'Salon ouvert : qui a le lien peut lire et écrire.',
    relay: 'Relais',
    relayNone: 'Aucun. Ce salon ne marche qu’entre gens reliés directement.',
    relayAt: (host) => `Se retrouve à ${host}`,
    relayStates: {
      connecting: 'appel en cours',
      up: 'relié',
      away: 'absent ; ceux qui sont déjà reliés continuent de parler',
      none: 'aucun',
    },
    stored: 'Sur cet appareil',
    storedKey: 'Chiffré avec une clé que ce navigateur garde et ne donne pas.',
    storedPassphrase: 'Chiffré avec ta phrase de passe.',
    storedPasskey: 'Chiffré avec ta clé d’accès.',
    history: (have, gaps) =>
      `${plural(have, { one: '# entrée', other: '# entrées' })}, ${plural(gaps, { one: '# trou', other: '# trous' })}`,
    forget: 'Quitter et oublier',
    forgetHint: 'Efface ce salon de cet appareil. Les autres le gardent ; avec le lien tu peux revenir.',
    forgetTitle: (room) => `Quitter ${room} ?`,
    forgetBody: 'Ses messages et tes brouillons sont effacés de cet appareil. Sans le lien, pas de retour.',
    forgetMembersHint:
      'Efface ce salon de cet appareil. Les autres te comptent toujours ; pour revenir il te faut une nouvelle invitation.',
    forgetMembersBody:
      'Ses messages, tes brouillons et ta clé dans ce salon sont effacés de cet appareil. Sans nouvelle invitation, pas de retour.',
    forgetConfirm: 'Quitter et effacer',
  },

  exporting: {
    title: 'Exporter les messages',
    formats: { markdown: 'En texte (Markdown)', json: 'En données (JSON)' },
    hint: 'Un fichier de ce qui est affiché ici, à garder. Il n’est pas chiffré : qui l’obtient peut le lire.',
    done: 'C’est fait. Le fichier est dans tes téléchargements, et n’est pas chiffré.',
  },

  settings: {
    title: 'Réglages',
    sections: {
      you: 'Vous',
      look: 'Apparence et langue',
      files: 'Fichiers et stockage',
      devices: 'Appareils',
      privacy: 'Vie privée et verrou',
      about: 'À propos de Kith',
    },
    isOn: 'Activées',
    isOff: 'Désactivées',
    isLocked: 'Verrouillé',
    freeSpace: 'Libérer de la place',
    name: 'Ton nom',
    nameHint: 'Pour les salons que tu crées ou rejoins à partir de maintenant.',
    theme: 'Apparence',
    themes: { auto: 'Système', light: 'Clair', dark: 'Sombre' },
    relayOnly: 'Cacher mon adresse aux autres',
    relayOnlyHint: 'Tout passe par le relais, jamais directement. C’est plus lent, et sans relais rien ne marche.',
    stored: 'Sur cet appareil',
    storedKey:
      'Ce qui est ici est chiffré avec une clé que ce navigateur garde et ne donne pas. Cela protège un disque copié, pas un ordinateur déverrouillé.',
    storedPassphrase: 'Ce qui est ici est chiffré avec ta phrase de passe.',
    storedPasskey: 'Ce qui est ici est chiffré avec ta clé d’accès.',
    storedBytes: (bytes) => `${intl.bytes(bytes)} utilisés`,
    kept: 'Le navigateur a promis de le garder.',
    mayBeCleared: 'Le navigateur peut l’effacer quand la place manque.',
    language: 'Langue',
    languageAuto: 'Comme le navigateur',
  },

  about: {
    version: 'Version',
    relay: 'Servi par',
    relayAt: (host) => `Le relais à ${host}. Il donne cette page et aide à se retrouver ; il ne garde rien.`,
    licence: 'Licence',
    licenceIs: 'MIT. Libre d’usage, de modification et d’hébergement.',
  },

  unlock: {
    title: 'Kith est verrouillé',
    lead: 'Une phrase de passe verrouille ce qui est dans ce navigateur.',
    leadPasskey: 'Une clé d’accès verrouille ce qui est dans ce navigateur.',
    usePasskey: 'Utiliser la clé d’accès',
    askingPasskey: 'En attente de la clé d’accès…',
    passkeyWrong: 'Cette clé d’accès ne l’ouvre pas. Prends celle qui l’a verrouillé.',
    passkeyFailed: 'La clé d’accès n’a pas répondu. Réessaie, et confirme quand l’appareil demande.',
    forgottenPasskey:
      'Rien ne l’ouvre sans la clé d’accès. Si elle est perdue, efface dans le navigateur ce que ce site a stocké et reviens par les liens de tes salons : les autres ont encore les messages.',
    label: 'Phrase de passe',
    open: 'Ouvrir',
    opening: 'Ouverture, une seconde…',
    wrong: 'Cette phrase ne l’ouvre pas. Regarde les majuscules et les espaces, et réessaie.',
    forgotten:
      'Rien ne l’ouvre sans la phrase de passe. Si elle est perdue, efface dans le navigateur ce que ce site a stocké et reviens par les liens de tes salons : les autres ont encore les messages.',
  },

  lock: {
    title: 'Verrouiller ce qui est ici',
    byPassphrase: 'Verrouillé par une phrase de passe.',
    byPasskey: 'Verrouillé par une clé d’accès.',
    setPasskey: 'Utiliser une clé d’accès',
    passkeySet: 'C’est fait. La prochaine fois que Kith s’ouvre ici, il demande la clé d’accès.',
    passkeyFailed:
      'Aucune clé d’accès n’a été créée : ce navigateur ou cet appareil n’en a pas qui verrouille, ou la question a été fermée. Une phrase de passe fait la même chose.',
    after: 'Verrouiller tout seul',
    afterMinutes: (minutes) =>
      minutes === 0
        ? 'Jamais'
        : minutes < 60
          ? plural(minutes, { one: 'Après # minute', other: 'Après # minutes' })
          : plural(minutes / 60, { one: 'Après # heure', other: 'Après # heures' }),
    afterHint: 'Quand personne n’a touché Kith pendant ce temps, dans aucun de ses onglets.',
    now: 'Verrouiller maintenant',
    hint: 'Avec une phrase de passe ou une clé d’accès, qui prend cet appareil pendant que Kith est fermé ne trouve rien à lire. Cela n’aide pas pendant que Kith est ouvert, ni contre une phrase faible ou un ordinateur espionné, et rien n’en rend une perdue.',
    set: 'Choisir une phrase de passe',
    change: 'La changer',
    remove: 'L’enlever',
    current: 'Phrase de passe actuelle',
    next: 'Nouvelle phrase, quatre mots ou plus',
    again: 'La nouvelle encore une fois',
    differs: 'Les deux nouvelles ne sont pas les mêmes. Écris-la deux fois, exactement comme tu la veux.',
    wrong: 'Ce n’est pas la phrase actuelle. Regarde les majuscules et les espaces, et réessaie.',
    notDone: 'Le verrou n’a pas pu être changé. Réessaie ; si cela continue, recharge la page.',
    working: 'Une seconde…',
    isSet: 'C’est fait. La prochaine fois que Kith s’ouvre ici, il demande la phrase de passe.',
    removed: 'C’est fait. Il s’ouvre désormais sans phrase de passe.',
  },

  protection: {
    title: 'Comment Kith protège un salon',
    child: 'Ce que tu écris va dans une enveloppe que seuls ceux qui ont le lien du salon peuvent ouvrir.',
    points: [
      'Le secret d’un salon est la partie de son lien après le #. Les navigateurs n’envoient cette partie à aucun serveur.',
      'Chaque message est chiffré avec une clé tirée de ce secret, et signé par qui l’a écrit. Personne ne peut le changer sans que cela se voie, pas même quelqu’un du salon.',
      'Le relais présente les gens et passe des messages scellés. Il voit des adresses réseau, des tailles et des heures. Il ne peut lire ni messages ni noms, et ne garde rien.',
      'Les gens reliés directement connaissent l’adresse réseau l’un de l’autre. Il y a un réglage contre cela.',
      'Qui sert cette page pourrait en servir une modifiée. C’est pourquoi Kith demande avant de se mettre à jour.',
      'Dans un salon ouvert on ne reprend rien : qui a eu le lien garde ce qu’il a lu.',
    ],
  },

  help: {
    title: 'Clavier',
    groups: {
      write: 'Écrire',
      read: 'Lire',
      move: 'Se déplacer',
    },
    send: 'Envoyer',
    newline: 'Nouvelle ligne',
    editLast: 'Modifier ton dernier message, le champ étant vide',
    cancel: 'Ne plus répondre ou modifier',
    bold: 'Gras, italique, code',
    mention: 'Appeler quelqu’un par son nom',
    emoji: 'Emoji',
    toMessages: 'Du champ aux messages',
    walk: 'Parcourir les messages',
    ends: 'Le plus ancien, le plus récent',
    reply: 'Répondre',
    react: 'Réagir',
    edit: 'Modifier un des tiens',
    copy: 'Copier son texte',
    remove: 'Supprimer un des tiens',
    toField: 'Revenir au champ',
    rooms: 'Salon du dessus, du dessous',
    people: 'Personnes',
    map: 'Carte',
    invite: 'Inviter',
    files: 'Fichiers',
    search: 'Chercher',
    help: 'Cette liste',
    markdownTitle: 'Mettre le texte en forme',
    markdown: '**gras**, *italique*, `code`, > citation, - liste, ``` pour un bloc de code',
    keys: {
      enter: 'Entrée',
      shift: 'Maj',
      alt: 'Alt',
      ctrl: 'Ctrl',
      esc: 'Échap',
      del: 'Suppr',
      home: 'Début',
      end: 'Fin',
    },
  },

  emoji: {
    label: 'Emoji',
    search: 'Chercher un emoji (en anglais)',
    loading: 'Les emoji arrivent…',
    none: (search) => `Rien pour « ${search} »`,
    groups: {
      0: 'Visages et sentiments',
      1: 'Personnes',
      3: 'Animaux et nature',
      4: 'Manger et boire',
      5: 'Voyages et lieux',
      6: 'Activités',
      7: 'Objets',
      8: 'Signes',
      9: 'Drapeaux',
    },
    quick: 'Réactions',
  },

  notice: {
    deviceAdded: (name) =>
      `${name || 'Quelqu’un'} a maintenant un autre appareil, qui lit et écrit sous ce nom. Si tu ne t’y attendais pas, demande par un autre moyen.`,
    deviceRemoved: (name) =>
      `${name || 'Quelqu’un'} a retiré un de ses appareils. Ce qu’il dit désormais n’est pas montré.`,
    dismiss: 'Compris',
    unknown: 'Quelque chose d’inhabituel s’est passé dans ce salon. Il continue de marcher.',
    clockWrong: (about) =>
      about === undefined
        ? 'L’horloge de cet appareil semble fausse. Les messages peuvent être mal rangés tant qu’elle n’est pas réglée.'
        : `L’horloge de cet appareil est décalée d’environ ${about}. Les messages peuvent être mal rangés tant qu’elle n’est pas réglée.`,
    relayKeyChanged: (about) =>
      `${about === undefined ? 'Le relais' : `Le relais ${about}`} a une nouvelle clé. Si qui le tient ne l’a pas annoncé, quelqu’un d’autre répond peut-être à sa place. Tes messages restent scellés dans tous les cas.`,
    relayRefused: () =>
      'Le relais ne laisse pas entrer ce salon en ce moment. Les gens reliés directement continuent de parler.',
    unanswered: () =>
      'Des membres de ce salon sont ici et ne te répondent pas. Tu n’es peut-être plus membre : demande à l’un d’eux par un autre moyen.',
    storeFull: () => 'Ce navigateur n’a plus de place. Les nouveaux messages se lisent mais ne sont pas gardés.',
    storeBroken: () =>
      'Quelque chose de stocké ici est abîmé et a été laissé de côté. Ce que les autres en ont revient tout seul.',
    forkFound: (about) =>
      `${about ?? 'Quelqu’un'} a envoyé deux histoires différentes à des gens différents. Les deux sont gardées comme preuve, et la suite est cachée.`,
    linkRefused: (about) =>
      `Une liaison avec ${about ?? 'quelqu’un'} a été refusée, car sa preuve ne correspondait pas. Rien n’est perdu.`,
    floodLimited: (about) =>
      `${about ?? 'Quelqu’un'} envoie plus qu’un salon ne peut porter. Ses messages sont ralentis.`,
  },
}
