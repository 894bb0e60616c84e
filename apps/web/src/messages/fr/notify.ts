/** Les mots des notifications, en français. */
import { formats } from '../format.ts'
import type { NotifyMessages } from '../notify-en.ts'

const { number, plural } = formats('fr')

export const notifyFr: NotifyMessages = {
  title: 'Notifications',
  on: 'Signaler les nouveaux messages',
  onHint:
    'Pendant que vous regardez ailleurs, par les notifications de cet appareil. Aucun service n’y prend part : rien n’est signalé tant que Kith est fermé.',
  blocked:
    'Ce navigateur ne laisse pas cette page vous notifier. Autorisez les notifications dans ses réglages pour cette page, puis activez-les ici.',
  unable:
    'Ce navigateur n’a pas de notifications pour les pages. Là où Kith peut être installé comme application, il en aura peut-être.',
  show: 'Ce qu’une notification montre',
  shows: { message: 'Nom et message', nothing: 'Seulement combien' },
  showHint: 'Votre appareil garde les notifications en dehors de Kith, où elles ne sont pas chiffrées.',
  showLocked:
    'Ce que Kith garde ici est verrouillé. Pour que le verrou tienne, une notification dit seulement qu’il y a quelque chose, sans un nom ni un mot.',
  sound: 'Avec un son',
  soundHint: 'Bref et discret.',
  perRoom: 'Les messages signalés se choisissent dans les réglages de chaque salon.',
  telling: 'Ce qui vous est signalé de ce salon',
  tellings: { everything: 'Tout', called: 'Mentions', nothing: 'Rien' },
  tellingHints: {
    everything: 'Chaque message des personnes que vous n’avez pas mises en sourdine.',
    called: 'Quand quelqu’un vous appelle par votre nom, vous répond ou n’écrit qu’à vous.',
    nothing: 'Les nouveaux messages sont comptés dans la liste de vos salons, et c’est tout.',
  },
  off: 'Les notifications sont désactivées dans ce navigateur.',
  turnOn: 'Activer',
  offer: 'Des messages sont arrivés pendant que vous regardiez ailleurs. Vous les signaler la prochaine fois ?',
  offerAlone: 'Me prévenir quand quelqu’un écrit',
  notNow: 'Pas maintenant',
  isOn: 'Vous serez prévenu quand quelqu’un écrira.',
  room: (room, count) => (count > 1 ? `${room} (${plural(count, { one: '# nouveau', other: '# nouveaux' })})` : room),
  line: (name, text) => `${name} : ${text}`,
  something: (count) =>
    plural(count, { one: `${number(count)} nouveau message`, other: `${number(count)} nouveaux messages` }),
}
