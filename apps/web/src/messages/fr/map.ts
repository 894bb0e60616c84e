/** Les mots de la carte et de « Pourquoi est-ce que je n'atteins pas … ? » en français. */
import { formats } from '../format.ts'
import type { MapMessages } from '../map-en.ts'

const { plural, number, list } = formats('fr')

/** Combien de temps, dans la plus grande unité qui convient. */
function inUnits(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${number(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${number(minutes)} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${number(hours)} h` : `${number(Math.round(hours / 24))} jours`
}

export const mapFr: MapMessages = {
  duration: (ms) => inUnits(ms),
  somebody: 'Quelqu’un',
  you: 'Toi',

  map: {
    title: 'Carte',
    loading: 'Dessin de qui est relié à qui…',
    failed: 'Pas de carte en ce moment : ce salon se ferme ou s’ouvre. Réessaie dans un instant.',
    again: 'Réessayer',
    alone: 'Tu es seul ici. La carte grandit avec qui vient.',
    views: 'Comment la carte est montrée',
    picture: 'Dessin',
    list: 'Liste',
    trees: 'Arbres',
    vouches: 'Garants',
    vouchesHint: 'Qui répond de qui dans ce salon',
    vouchedBy: (names) => `Entré sur la parole de ${list(names)}`,
    vouchesFor: (names) => `Répond de ${list(names)}`,
    vouchTable: { caption: 'Qui répond de qui', by: 'Qui', for: 'De qui', how: 'Comment il s’en est assuré' },
    treesHint: 'Les chemins des messages dans ce salon',
    label: (people, links, gaps) =>
      `Dessin de qui est relié à qui : ${plural(people, { one: '# personne', other: '# personnes' })}, ${plural(links, { one: '# liaison', other: '# liaisons' })}, ${plural(gaps, { one: '# paire sans liaison', other: '# paires sans liaison' })}. La liste dit la même chose en mots.`,
    here: (count) => `${number(count)} ici`,
    nearDrawn: (count) => `les ${number(count)} plus proches dessinés`,
    links: (count) => plural(count, { one: '# liaison', other: '# liaisons' }),
    gaps: (count) => plural(count, { one: '# trou', other: '# trous' }),
    noGaps: 'aucun trou',
    small: 'Dans un petit salon, tout le monde est relié à tout le monde.',
    mesh: 'Dans un grand salon chacun garde quelques liaisons, et les messages suivent des arbres qui en sont faits.',
    more: (count) => plural(count, { one: 'et # autre', other: 'et # autres' }),
    noLink: 'aucune',
    noDirect: 'pas de liaison directe',
    pick: 'Choisis quelqu’un pour voir comment on l’atteint.',
    reached: {
      direct: 'Relié directement',
      relay: 'Par le relais',
      through: (name) => `Par ${name}`,
      gap: 'Pas de liaison, et personne ne porte',
      beyond: (links) => plural(links, { one: 'À côté de toi', other: 'À # liaisons de toi, atteint le long d’elles' }),
      unknown: 'Atteint par d’autres',
    },
    rtt: (ms) => `${number(Math.round(ms))} ms`,
    linkedWith: (count) => `Relié à ${number(count)}`,
    names: (names) => list(names),
    browser: 'dans un navigateur',
    terminal: 'dans un terminal',
    hidden: 'en arrière-plan',
    keeper: { blind: 'gardien, ne peut pas lire', reader: 'gardien qui peut lire' },
    keeperShort: { blind: 'gardien', reader: 'gardien, lit' },
    carries: (names) => `Porte des trames scellées entre ${list(names)}`,
    root: (slot) => `Racine de l’arbre ${number(slot + 1)}`,
    hot: 'Parle beaucoup en ce moment, et a un arbre à soi',
    rootShort: (slot) => `arbre ${number(slot + 1)}`,
    hotShort: 'parle beaucoup',
    tree: (slot) => `Arbre ${number(slot + 1)}`,
    treeHot: 'Arbre de qui parle',
    treeOf: (root, hops) =>
      hops === 0 ? 'commence chez toi' : `de ${root}, à ${plural(hops, { one: '# liaison', other: '# liaisons' })}`,
    treeFrom: (parent) => `te vient de ${parent}`,
    treeTo: (names) => (names.length === 0 ? 'finit chez toi' : `tu passes à ${list(names)}`),
    legend: {
      direct: 'direct',
      relay: 'par le relais',
      through: 'par un membre',
      gap: 'pas de liaison',
      vouch: 'répond de',
      quality: 'Plus un trait est fort, plus il est rapide.',
      hops: 'Cercles : à combien de liaisons de toi.',
    },
    table: {
      caption: 'Chaque paire et comment elle est jointe',
      who: 'Qui',
      whom: 'Avec qui',
      how: 'Comment',
      ms: 'ms',
      quality: { quick: 'rapide', fair: 'moyen', slow: 'lent', unknown: '' },
      tree: 'arbre',
    },
  },

  reach: {
    how: (name) => `Comment est-ce que j’atteins ${name} ?`,
    why: (name) => `Pourquoi est-ce que je n’atteins pas ${name} ?`,
    loading: 'On regarde ce qui a été tenté…',
    failed: 'On ne peut pas le dire en ce moment : le salon se ferme ou s’ouvre. Réessaie dans un instant.',
    programs: 'Laquelle de ses fenêtres',
    program: (index, platform) => `${number(index)} : ${platform}`,
    verdict: {
      direct: (name) => `Toi et ${name} êtes reliés directement.`,
      relay: (name) =>
        `Ce que toi et ${name} dites passe scellé par le relais. Cela arrive aussi bien, le chemin est seulement plus long.`,
      through: (name, carrier) =>
        `${carrier} porte, scellé, ce que toi et ${name} dites. ${carrier} ne peut pas le lire.`,
      beyond: (name) =>
        `Toi et ${name} n’avez pas de liaison à vous, comme la plupart dans un grand salon. Ce que tu dis parvient à ${name} par d’autres.`,
      reaching: (name) => `${name} n’est pas encore atteint.`,
      blocked: (name) => `${name} ne peut pas être atteint en ce moment. Ce que tu écris l’attend.`,
      absent: (name) => `${name} n’est pas ici : nulle part un Kith à lui n’est ouvert dans ce salon.`,
    },
    there: (ms) => `L’aller-retour prend ${number(Math.round(ms))} ms.`,
    stops: {
      signal: 'Le chemin direct s’arrête au premier pas : sa réponse n’est jamais venue.',
      transport: 'Le chemin direct s’arrête en route : aucun passage entre vos réseaux n’a été trouvé.',
      handshake: 'La connexion s’est ouverte, mais la poignée de main n’a pas abouti.',
      none: 'Il s’est arrêté avant le premier pas.',
    },
    stopsRelay: 'Le relais devait passer les premiers mots, et aucune réponse n’est venue.',
    stopsThrough: 'Aucun membre n’a été trouvé qui puisse porter.',
    tried: 'Ce qui a été tenté',
    ways: {
      webrtc: 'Directement (WebRTC)',
      socket: 'Directement, par adresse réseau',
      relay: 'Par le relais',
      through: 'Par un autre membre',
    },
    state: {
      inUse: 'Utilisé',
      up: 'Marche, gardé en réserve',
      off: {
        webrtc: 'Pas tenté : les connexions directes sont coupées ou impossibles ici',
        socket: 'Pas tenté : seuls les terminaux le peuvent, par une adresse qu’on leur a donnée',
        relay: 'Pas nécessaire',
        through: 'Pas nécessaire',
      },
      relayAway: 'Attend le retour du relais',
      notInTopic: 'Absent du relais',
      trying: {
        signal: 'Demandé ; attend sa réponse',
        transport: 'Répondu ; cherche un passage entre vos réseaux',
        handshake: 'Relié ; chacun vérifie la preuve de l’autre',
        none: 'Commence',
      },
      failed: {
        signal: 'Sa réponse n’est jamais venue',
        transport: 'Pas de passage entre vos réseaux',
        handshake: 'La connexion s’est ouverte, mais la poignée de main n’a pas abouti',
        none: 'N’a pas marché',
      },
      waiting: 'Attend son tour',
    },
    by: (name) => `par ${name}`,
    since: (text) => `depuis ${text}`,
    failures: (count) => plural(count, { one: 'pas abouti # fois', other: 'pas abouti # fois' }),
    next: (text) => `prochain essai dans ${text}`,
    nextNow: 'prochain essai maintenant',
    code: (code) => `code ${code}`,
    facts: 'Bon à savoir aussi',
    relay: {
      up: 'Ton relais est relié.',
      connecting: 'Ton relais est appelé.',
      away: 'Ton relais est absent.',
      none: 'Ce salon n’a pas de relais.',
    },
    inTopic: (name) => `${name} est aussi au relais.`,
    notInTopic: (name) => `On ne voit pas ${name} au relais.`,
    heard: (name, text) => `Dernier signe de ${name} il y a ${text}.`,
    neverHeard: (name) => `Aucun signe de ${name} par une liaison pour l’instant.`,
    clockRight: 'Vos horloges concordent.',
    clockAhead: (text) => `Son horloge avance de ${text}.`,
    clockBehind: (text) => `Son horloge retarde de ${text}.`,
    ownAhead: (text) => `L’horloge de cet appareil avance de ${text} sur celle du salon.`,
    ownBehind: (text) => `L’horloge de cet appareil retarde de ${text} sur celle du salon.`,
    help: 'Ce que tu peux faire',
    advice: {
      askToOpen: 'Demande que le salon soit ouvert. Ce que tu écris d’ici là attend ici et chez tous ceux qui l’ont.',
      ownClock: 'Règle l’horloge de cet appareil ; l’heure automatique de ses réglages le fait.',
      theirClock: 'Dis que l’autre horloge est décalée ; l’heure automatique de ses réglages l’arrange.',
      proofFailed:
        'Quelque chose a répondu sans pouvoir prouver qu’il est de ce salon. Redonne le lien, et regardez que vous avez tous deux le Kith le plus récent. Si cela reste, ne vous fiez pas au réseau entre vous.',
      relayAway: 'Regarde si tu es en ligne. Dès que le relais revient, vous vous retrouvez tout seuls.',
      noRelay:
        'Un relais fait se rencontrer des gens qui ne peuvent se relier directement : fais le prochain salon sur une page qui en a un.',
      directOff:
        'Les connexions directes sont coupées d’un côté (« Cacher mon adresse »). Si vous les voulez tous deux, regardez dans les réglages.',
      strictNetwork:
        'Un de vos réseaux ne laisse passer aucune connexion directe : ceux d’entreprise, les mobiles et les VPN le font souvent. Un autre réseau aide, ou un relais avec un serveur TURN.',
      signalLost:
        'Sa page dort peut-être : demande qu’elle soit remise devant. Les téléphones endorment les pages d’arrière-plan au bout d’un moment.',
      wait: 'Laisse-lui quelques secondes. Cette page montre où il en est.',
    },
    nothingToDo: 'Il n’y a rien à faire.',
    report: 'Un rapport à donner',
    reportLead:
      'Pour qui tient le relais, ou pour signaler un défaut. Exactement ceci est copié : ni noms, ni clés, ni adresses.',
    copy: 'Copier le rapport',
    copied: 'Rapport copié',
    selectIt: 'Copier n’est pas permis ici. Le texte est sélectionné : appuie sur Ctrl+C.',
  },
}
