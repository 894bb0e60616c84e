/** Les mots sur qui est quelqu'un au-delà d'un salon, et sur les contacts, en français. */
import { formats } from '../format.ts'
import type { IdentityMessages } from '../identity-en.ts'

const { list, plural } = formats('fr')
const moments = new Intl.DateTimeFormat('fr', { dateStyle: 'medium', timeStyle: 'short' })
const days = new Intl.DateTimeFormat('fr', { dateStyle: 'medium' })
const roomsOf = (count: number): string => plural(count, { one: '# salon', other: '# salons' })

export const identityFr: IdentityMessages = {
  title: 'Qui tu es',
  hint: 'Dans chaque salon tu es quelqu’un d’autre, jusqu’à ce que tu montres qui tu es.',
  fingerprint: 'Ton empreinte',
  words: 'Montrer les douze mots',
  hideWords: 'Les cacher',
  wordsHint: 'Écris-les sur papier. Sur un autre appareil ils font de toi la même personne ; qui les a, c’est toi.',
  restore: 'Entrer douze mots',
  restoreLabel: 'Tes douze mots',
  restoreDo: 'Devenir cette personne ici',
  restored:
    'C’est fait. Les salons où tu es gardent qui tu étais ; les nouveaux te connaissent par ces mots. Dans un de tes salons à membres tu reviens par n’importe quelle invitation : comme qui tu y étais, aussi si tu l’as fondé.',
  email: 'Montrer qu’une adresse est à toi',
  emailHint: (host) =>
    `Le service de ${host} envoie un code par courriel et signe qu’il t’est parvenu. Il ne garde ni l’adresse ni le code.`,
  emailLabel: 'Adresse électronique',
  sendCode: 'M’envoyer un code',
  codeLabel: (email) => `Le code envoyé à ${email}`,
  enterCode: 'Entrer',
  again: 'Prendre une autre adresse',
  attested: (host, until) => `Attesté par ${host} jusqu’au ${days.format(until)}`,
  drop: (claim) => `Oublier que ${claim} est à toi`,
  services: 'Services dont tu crois la parole',
  servicesHint: 'Ce qu’ils attestent des autres t’est montré comme vrai. Rien n’est cru sans que tu le dises.',
  noService: 'Aucun encore.',
  lookUp: (host) => `Consulter le service de ${host}`,
  believe: (host) => `Croire ${host}`,
  serviceKey: (key) => `Sa clé commence par ${key}. Demande à qui le tient si c’est juste.`,
  doubt: (host) => `Ne plus croire ${host}`,
  cancel: 'Annuler',
  show: 'Montrer ici qui tu es',
  showHint: (claims) =>
    claims.length === 0
      ? 'Ils voient que tu es la même personne que dans les autres salons où tu le montres.'
      : `Ils voient ${list(claims)}, et que tu es la même personne que dans les autres salons où tu le montres.`,

  devices: 'Tes appareils',
  devicesHint: 'Cet appareil a tes douze mots. D’autres peuvent lui être liés, et retirés quand ils sont perdus.',
  deviceLinked: 'Ceci est un appareil lié. Ton appareil principal a tes douze mots, et peut retirer celui-ci.',
  deviceRevoked:
    'Ton appareil principal a retiré celui-ci. Il ne parle plus pour personne ; ce qui a été lu ici reste jusqu’à ce que tu l’oublies.',
  addDevice: 'Lier un autre appareil',
  isNewDevice: 'Celui-ci est nouveau',
  notesToMyself: 'Notes pour moi',
  seen: (at) => `vu en dernier ${moments.format(at)}`,
  inRooms: (count) => `dans ${roomsOf(count)}`,
  removeDevice: (name) => `Retirer ${name}`,
  removeDeviceHint: (name) =>
    `${name} ne lira et n’écrira plus rien dans les salons à membres. Il a encore les liens des salons ouverts : s’il a été volé, fais de nouveaux salons.`,
  removeDeviceDo: 'Le retirer',
  offered: 'Scanne ceci avec l’autre appareil, ou ouvre le lien là-bas.',
  offeredCare: 'Seulement pour un appareil à toi. Rien n’est donné avant que tu aies comparé six chiffres.',
  offeredTyped: 'Ou entre ces lettres là-bas : dans un terminal après kith device, dans un navigateur sous Réglages.',
  codeLasts: (minutes) => plural(minutes, { one: 'Valable encore # minute.', other: 'Valable encore # minutes.' }),
  compareDevice: (name) => `« ${name} » veut être ton appareil. Montre-t-il ces chiffres ?`,
  compareHere: 'Ton autre appareil montre-t-il les mêmes chiffres ? Dis-le là-bas.',
  sameDevice: 'Oui, c’est le mien',
  lookingDevice: 'À la recherche de ton autre appareil…',
  givingTo: (name) => `Tes salons vont à ${name}…`,
  getting: (rooms) => (rooms === 0 ? 'C’est le bon. Tes salons arrivent…' : `${roomsOf(rooms)} jusqu’ici…`),
  got: (rooms) => `C’est fait. Ceci est maintenant ton appareil, avec ${roomsOf(rooms)}.`,
  linked: (name, rooms) => `${name === '' ? 'Cet appareil' : name} est lié, avec ${roomsOf(rooms)}.`,
  linkFailed: {
    expired: 'Dix minutes ont passé et personne n’est venu. Fais un nouveau code.',
    different:
      'Les chiffres étaient différents, donc rien n’a été donné. Quelqu’un d’autre avait peut-être le code : fais-en un nouveau.',
    gone: 'L’autre appareil est parti. Fais un nouveau code et réessaie.',
  },
  understood: 'Bien',
  becomeTitle: 'En faire ton appareil',
  becomeHint:
    'Ton autre appareil montre un code, sous Réglages. Celui-ci reçoit tes salons et ton nom, mais pas tes douze mots.',
  codeOfDevice: 'Le code, ou son lien',
  nameOfDevice: 'Comment cet appareil s’appelle',
  thisBrowser: (system) => (system === '' ? 'Navigateur' : `Navigateur sur ${system}`),
  become: 'Trouver mon autre appareil',

  compare: 'Comparer les nombres',
  compareNow: 'Six chiffres, tous deux ici',
  compareWith: (name) => `${name} et toi avez six chiffres à comparer.`,
  comparing: 'En attente de son programme…',
  different:
    'Les nombres étaient différents. Quelqu’un est peut-être entre vous : retrouvez-vous par un autre lien, et ne dites rien de secret ici.',
  digitsHint: (name) => `${name} voit aussi six chiffres. Lisez-les-vous de vive voix, au téléphone ou en personne.`,
  theySay: (name) => `${name} dit que ce sont les mêmes.`,
  same: 'Ce sont les mêmes',
  notSame: 'Ils diffèrent',
  safetyHint: (name) =>
    `${name} trouve les mêmes soixante chiffres sous ton nom. Comparez-les par un autre moyen, quand vous voulez.`,
  addContact: 'Ajouter aux contacts',
  asked: (name) => `${name} a reçu ta demande. On n’apprend qui tu es qu’en acceptant.`,
  declined: (name) => `${name} ne veut pas, pour l’instant.`,

  contacts: 'Contacts',
  requests: 'Demandes',
  requestHint: 'Cette personne n’apprend qui tu es au-delà de ce salon que si tu acceptes.',
  request: (name) => `${name} aimerait te garder comme contact.`,
  accept: 'Accepter',
  decline: 'Pas maintenant',
  message: (name) => `Écrire à ${name}`,
  notTogether: 'votre salon se crée à votre prochaine rencontre',
  here: 'ici maintenant',
  away: 'absent',
  blocked: 'bloqué',
  verified: 'vérifié',
  block: (name) => `Bloquer ${name}`,
  unblock: (name) => `Débloquer ${name}`,
  remove: (name) => `Retirer ${name} et votre salon`,
  removeTitle: (name) => `Retirer ${name} ?`,
  removeBody: 'Le contact disparaît et votre salon à deux est effacé de cet appareil. L’autre garde ce qu’elle a.',
  removeDo: 'Retirer et effacer',
  blockedHere: (name) => `Tu as bloqué ${name}. Ses messages ne sont pas affichés, et rien ne lui est dit.`,
  unblockDo: 'Débloquer',
  notDone: 'Cela n’a pas pu se faire en ce moment. Réessaie dans un instant.',
}
