/** Les mots sur les fichiers en français. */
import type { FileFailed, FileTrouble } from '@kith/peer'
import type { FileMessages } from '../files-en.ts'
import { formats } from '../format.ts'

const { bytes, plural, number } = formats('fr')

const trouble: Readonly<Record<FileTrouble, string>> = {
  storeFull: 'Cet appareil n’a plus de place pour lui. Libères-en, puis continue ; ce qui est arrivé est gardé.',
  nobody: 'Personne de présent ne l’a. Il arrive quand vient quelqu’un qui l’a.',
  tooLarge: 'Il est plus grand que ce que prend cet appareil.',
  damaged: 'Ce qui est arrivé ne correspondait pas et a été jeté. Réessaie ; il vient alors de quelqu’un d’autre.',
  freed: 'Il a fait de la place à d’autres. Va le rechercher chez ceux qui l’ont.',
}

const refused: Readonly<Record<FileFailed['why'], string>> = {
  ...trouble,
  storeFull: 'Ce fichier n’a pas été ajouté : cet appareil n’a plus de place. Libères-en dans les réglages.',
  tooLarge: 'Ce fichier est plus grand que ce que Kith peut porter.',
  unreadable: 'Ce fichier n’a pas pu être lu. Regarde s’il est encore là, et ajoute-le de nouveau.',
  empty: 'Ce fichier est vide ; il n’y a rien à envoyer.',
  tooMany: 'Un message prend 16 fichiers. Envoie d’abord ceux-ci, puis les autres.',
  unknown: 'Ce fichier n’est plus ici. Ajoute-le de nouveau.',
  stopped: 'Son arrivée a été arrêtée. Continue, puis ouvre-le.',
  noStore: 'Ce navigateur n’a pas de lieu pour les fichiers. Essaie une fenêtre qui n’est pas privée.',
}

export const filesFr: FileMessages = {
  add: 'Ajouter des fichiers',
  addFiles: 'Photos et fichiers',
  addCamera: 'Appareil photo',
  dropHere: 'Lâche pour l’ajouter à ton message',
  dropHint: 'Le lieu et les données de l’appareil sont enlevés des photos.',

  tray: 'Fichiers de ton message',
  preparing: (name) => `Préparation de ${name}`,
  remove: (name) => `Enlever ${name}`,
  refused: (why) => refused[why],
  quality: 'Comment les images sont envoyées',
  qualities: {
    full: 'Taille entière',
    smaller: 'Plus petite',
    original: 'Fichier d’origine',
  },
  qualityHints: {
    full: 'Aussi nette qu’elle est. Le lieu et les données de l’appareil sont enlevés.',
    smaller: 'Au plus 2 048 pixels. Le lieu et les données de l’appareil sont enlevés.',
    original: 'Intact. Il dit où et avec quoi il a été pris.',
  },
  hasHidden: 'Part tel quel : il peut dire où il a été pris.',
  cannotClean: 'Ses données cachées ne peuvent être enlevées ici, il part donc tel quel.',

  fetch: (name, size) => `Aller chercher ${name}, ${bytes(size)}`,
  goOn: (name) => `Continuer avec ${name}`,
  pause: (name) => `Mettre ${name} en pause`,
  cancel: (name) => `Ne plus chercher ${name} et effacer ce qui est arrivé`,
  save: (name) => `Enregistrer ${name}`,
  again: (name) => `Réessayer avec ${name}`,
  actions: (name) => `Que faire de ${name}`,
  size: (count) => bytes(count),
  of: (have, total) => `${bytes(have)} sur ${bytes(total)}`,
  speed: (perSecond) => `${bytes(perSecond)}/s`,
  sources: (count) => plural(count, { one: 'de # personne', other: 'de # personnes' }),
  left: (ms) => {
    const seconds = Math.max(1, Math.round(ms / 1000))
    if (seconds < 60) return `encore ${number(seconds)} s`
    if (seconds < 3600) return `encore ${number(Math.round(seconds / 60))} min`
    return `encore ${number(Math.round(seconds / 3600))} h`
  },
  paused: 'En pause',
  notHere: 'Pas encore ici',
  waiting: 'Attend quelqu’un qui l’a',
  holders: (count) => plural(count, { one: '# autre l’a', other: '# autres l’ont' }),
  heldByNobody: 'seulement ici',
  trouble: (why) => trouble[why],

  picture: (name) => `Image : ${name}`,
  openPicture: (name) => `Ouvrir l’image ${name}`,
  more: (count) => `+${number(count)}`,
  moreLong: (count) => plural(count, { one: 'Montrer # autre image', other: 'Montrer # autres images' }),
  cannotShow: 'Cette image ne peut pas être montrée ici. On peut l’enregistrer.',
  film: (name) => `Vidéo : ${name}`,
  sound: (name) => `Son : ${name}`,

  lightbox: {
    title: 'Images',
    place: (at, count) => `${number(at)} sur ${number(count)}`,
    previous: 'Image précédente',
    next: 'Image suivante',
    close: 'Fermer',
    by: (name, when) => `${name}, ${when}`,
  },

  voice: {
    record: 'Enregistrer un message vocal',
    recording: 'Enregistrement',
    stop: 'Arrêter et écouter',
    send: 'Envoyer le message vocal',
    discard: 'Le jeter',
    play: 'Écouter',
    pause: 'Pause',
    position: 'Endroit dans l’enregistrement',
    of: (name) => `Message vocal de ${name}`,
    message: 'Message vocal',
    speed: 'Vitesse',
    times: (speed) => `${number(speed)}×`,
    noMicrophone: 'Kith ne peut pas utiliser le micro. Permets-le dans les réglages de cette page, puis réessaie.',
    noRecorder: 'Ce navigateur ne sait pas enregistrer de son.',
    notSent: 'Le message vocal n’est pas parti ; il est encore ici. Réessaie.',
  },

  camera: {
    title: 'Appareil photo',
    take: 'Prendre la photo',
    other: 'Autre caméra',
    noCamera: 'Kith ne peut pas utiliser la caméra, ou il n’y en a pas. Permets-le dans les réglages de cette page.',
    opening: 'Ouverture de la caméra…',
    fileName: (when) => `Photo ${when}.jpg`,
  },

  list: {
    open: 'Fichiers de ce salon',
    title: 'Fichiers',
    none: 'Pas encore de fichiers',
    noneHint: 'Les photos, enregistrements et fichiers envoyés ici sont listés sur cette page.',
    filter: 'Quels fichiers',
    filters: { all: 'Tous', pictures: 'Images', media: 'Vidéo et son', others: 'Autres' },
    noneOfKind: 'Aucun de ceux-là ici.',
    by: (name, when) => `${name}, ${when}`,
    inMessage: 'Montrer le message',
    free: (name) => `Effacer ${name} de cet appareil`,
    sum: (count, total) => `${plural(count, { one: '# fichier', other: '# fichiers' })}, ${bytes(total)}`,
  },

  space: {
    title: 'Fichiers sur cet appareil',
    use: (used, limit) => (limit === undefined ? `${bytes(used)} de fichiers.` : `${bytes(used)} sur ${bytes(limit)}.`),
    limit: 'Les fichiers peuvent prendre',
    limitHint:
      'Quand c’est atteint, ce que trois autres ont aussi fait de la place, le moins utilisé d’abord. Ce que personne d’autre n’a reste.',
    limits: (limit) => (limit === 0 ? 'tout ce qui tient' : bytes(limit)),
    freeable: (freeable) => `${bytes(freeable)} sont chez trois autres ou plus et peuvent revenir.`,
    nothing: 'Rien ne peut être libéré : trop peu d’autres l’ont.',
    free: 'Libérer de la place',
    freed: (freed) => (freed > 0 ? `${bytes(freed)} libérés.` : 'Il n’y avait rien à libérer.'),
  },
}
